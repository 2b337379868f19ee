import { z } from 'zod';
import { type ProblemError, problem } from '../../../shared/contract/errors.ts';
import {
  type PictureRequest,
  previewKey,
  requestAsJson,
  wordsAsJson,
} from '../../../shared/contract/picture.ts';
import { type PredictionAnswer, type RowInput, rowStepSchema } from '../../../shared/contract/prediction.ts';
import { err, ok, type Result } from '../../../shared/contract/result.ts';
import type { Progress, RemoteGenerator, RemoteOptions, RowGenerator, SeenPicture } from '../ports.ts';
import { sha256Hex } from '../sha256.ts';
import { AttemptFailed } from './attempt.ts';
import { checkSuccess, outputOf, problemOf } from './prediction-check.ts';
import { type Asking, createPredictor, type GpuOptions } from './predictor.ts';

/** For the way there and back, beside the wait. */
const TRAVEL_MS = 1_000;
const POLL_MS = 150;

/**
 * Finals from a GPU service that speaks the Replicate HTTP API. Errors: `gpu_unavailable` (not reached, or not in
 * time), `too_busy`, `misconfigured` (it refuses our token), `model_mismatch`, `bad_upstream`.
 */
export function createGpuGenerator(options: GpuOptions): RemoteGenerator & RowGenerator {
  const predictor = createPredictor(options);

  /** Runs one call to its end within its time; errors become data. */
  async function progress(
    request: PictureRequest,
    { deadlineMs, waitMs, requestId }: RemoteOptions,
    ask: (asking: Asking) => Promise<PredictionAnswer>,
  ): Promise<Result<Progress, ProblemError>> {
    const signal = AbortSignal.timeout(Math.max(1, Math.min(deadlineMs, waitMs + TRAVEL_MS)));
    try {
      const prediction = await ask({ requestId, key: previewKey(request), deadlineMs, signal });
      if (isUnfinished(prediction)) return ok({ kind: 'pending', id: prediction.id });
      checkSuccess(prediction, request);
      const picture = await predictor.readPicture(outputOf(prediction), request, signal);
      return ok({ kind: 'done', picture });
    } catch (error) {
      return err(problemOf(error, signal));
    }
  }

  async function drawRow(
    requests: readonly PictureRequest[],
    first: PictureRequest,
    asking: Asking,
  ): Promise<readonly SeenPicture[]> {
    const { signal, deadlineMs } = asking;
    let prediction = await predictor.create(rowInputOf(first, requests), deadlineMs, asking);
    while (isUnfinished(prediction)) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      signal.throwIfAborted();
      prediction = await predictor.get(prediction.id, true, asking);
    }
    checkSuccess(prediction, first);
    const steps = z.array(rowStepSchema).length(requests.length).safeParse(prediction.output);
    if (!steps.success) throw bad('it is not the row that was asked for');
    return Promise.all(
      requests.map(async (request, at) => {
        const step = steps.data[at];
        if (step === undefined) throw bad('it lacks a step');
        const { picture, lab, view } = step;
        return { picture: await predictor.readPicture(picture, request, signal), lab, view };
      }),
    );
  }

  return {
    begin: (request, remote) =>
      progress(request, remote, (asking) => predictor.create(requestAsJson(request), remote.waitMs, asking)),
    resume: (id, request, remote) => progress(request, remote, (asking) => predictor.get(id, false, asking)),
    async row(requests, { deadlineMs, requestId }) {
      const [first] = requests;
      if (first === undefined) return ok([]);
      const signal = AbortSignal.timeout(deadlineMs);
      const keys = requests.map(previewKey).join(' ');
      const key = await sha256Hex(new Uint8Array(new TextEncoder().encode(keys)));
      try {
        return ok(await drawRow(requests, first, { requestId, key, deadlineMs, signal }));
      } catch (error) {
        return err(problemOf(error, signal));
      }
    },
  };
}

const isUnfinished = ({ status }: PredictionAnswer): boolean =>
  status === 'starting' || status === 'processing';

const rowInputOf = (
  { model, seed, size, format }: PictureRequest,
  requests: readonly PictureRequest[],
): RowInput => ({
  model,
  steps: requests.map(wordsAsJson),
  seed,
  size,
  format,
});

const bad = (detail: string): AttemptFailed =>
  new AttemptFailed(problem('bad_upstream', `Of its answer: ${detail}.`));
