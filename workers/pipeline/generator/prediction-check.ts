import { type ProblemError, problem } from '../../../shared/contract/errors.ts';
import type { PictureRequest } from '../../../shared/contract/picture.ts';
import { type PredictionAnswer, predictionSchema } from '../../../shared/contract/prediction.ts';
import { inspectPicture } from '../picture-bytes.ts';
import { AttemptFailed } from './attempt.ts';

/** What upstream answers is checked before it is used or cached (OWASP API10). All throw `AttemptFailed`. */

export function readPrediction(answer: unknown): PredictionAnswer {
  const parsed = predictionSchema.safeParse(answer);
  if (!parsed.success) throw bad('it is not a prediction');
  return parsed.data;
}

/** Our versions look like `r1-0123abcd`; hosted Replicate names its own 64 hex digits. */
const OUR_VERSION = /^r\d+-[0-9a-f]{8}$/;

export function checkSuccess({ status, version, error }: PredictionAnswer, request: PictureRequest): void {
  const detail = String(error ?? '').slice(0, 200);
  if (detail.includes('model_mismatch') || (OUR_VERSION.test(version ?? '') && version !== request.model)) {
    throw new AttemptFailed(
      problem('model_mismatch', `The GPU service serves another model than ${request.model}.`),
    );
  }
  if (status === 'failed') throw bad(`the prediction failed: ${detail}`);
  if (status !== 'succeeded') {
    throw new AttemptFailed(problem('gpu_unavailable', `The prediction was ${status}.`, 2));
  }
}

export function outputOf({ output }: PredictionAnswer): string {
  const first = Array.isArray(output) ? output[0] : output;
  if (typeof first !== 'string') throw bad('it has no output');
  return first;
}

export function checkPicture(bytes: Uint8Array, { format, size }: PictureRequest): void {
  const info = inspectPicture(bytes);
  if (info?.format === format && info.width === size && info.height === size) return;
  const found = info === null ? 'no picture' : `${info.width}×${info.height} ${info.format}`;
  throw bad(`its output is ${found} instead of ${size}×${size} ${format}`);
}

/** What the client throws itself: our signal's reason, `fetch`'s error, or that of its JSON parser. */
export function problemOf(error: unknown, signal: AbortSignal): ProblemError {
  if (error instanceof AttemptFailed) return error.problem;
  if (error instanceof SyntaxError) return bad('it is not JSON').problem;
  return problem(
    'gpu_unavailable',
    signal.aborted ? 'It did not answer in time.' : 'It could not be reached.',
    2,
  );
}

const bad = (detail: string): AttemptFailed =>
  new AttemptFailed(problem('bad_upstream', `Of its answer: ${detail}.`));
