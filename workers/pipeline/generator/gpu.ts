import Replicate, { type Prediction } from 'replicate';
import { z } from 'zod';
import { type ProblemError, problem } from '../../../shared/contract/errors.ts';
import type { PictureRequest } from '../../../shared/contract/picture.ts';
import { previewKey } from '../../../shared/contract/picture.ts';
import {
  type PredictionAnswer,
  type PredictionInput,
  predictionSchema,
  type RowInput,
  rowStepSchema,
} from '../../../shared/contract/prediction.ts';
import { err, ok, type Result } from '../../../shared/contract/result.ts';
import { inspectPicture } from '../picture-bytes.ts';
import type { GenerateOptions, Generator, Picture, RowGenerator, SeenPicture } from '../ports.ts';
import { sha256Hex } from '../sha256.ts';
import { AttemptFailed, ONE_PICTURE, ROW_OF_PICTURES, singleAttempt } from './attempt.ts';
import { readOutput } from './output.ts';

/** What runs the model: our container (which serves one version), or something hosted on Replicate. */
export type GpuTarget =
  | { readonly kind: 'container' }
  | { readonly kind: 'version'; readonly version: string }
  | { readonly kind: 'model'; readonly owner: string; readonly name: string }
  | { readonly kind: 'deployment'; readonly owner: string; readonly name: string };

export interface GpuOptions {
  /** Base address of the Replicate API. */
  readonly url: string;
  readonly token: string;
  readonly target: GpuTarget;
  /** Hosts, and their subdomains, that a picture may be fetched from by https. */
  readonly outputHosts: readonly string[];
  readonly fetch?: typeof fetch;
}

/** Whole seconds are all that `Prefer: wait` can say, 60 the most. */
const MAX_WAIT_S = 60;
/** Hosted Replicate takes no shorter `Cancel-After`. */
const MIN_CANCEL_AFTER_S = 5;
const POLL_MS = 150;

/**
 * Finals from a GPU service that speaks the Replicate HTTP API. Errors: `gpu_unavailable` (not reached, or not in
 * time), `too_busy`, `misconfigured` (it refuses our token), `model_mismatch`, `bad_upstream`.
 */
export function createGpuGenerator(options: GpuOptions): Generator & RowGenerator {
  // workerd's fetch must be called without a receiver.
  const doFetch: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init));

  /** @param key names the work: equal ones are done once */
  async function predict(
    input: PredictionInput | RowInput,
    key: string,
    { deadlineMs, requestId }: GenerateOptions,
    signal: AbortSignal,
  ): Promise<PredictionAnswer> {
    const maxBytes = 'steps' in input ? ROW_OF_PICTURES : ONE_PICTURE;
    const headers = {
      'X-Request-Id': requestId,
      // Our container then draws equal requests once; hosted Replicate ignores it.
      'Idempotency-Key': key,
      'Cancel-After': `${Math.max(MIN_CANCEL_AFTER_S, Math.ceil(deadlineMs / 1_000))}s`,
    };
    // A client per call: see `singleAttempt`.
    const client = () =>
      new Replicate({
        auth: options.token,
        baseUrl: options.url,
        fetch: singleAttempt(doFetch, signal, headers, maxBytes),
      });
    const wait = Math.min(MAX_WAIT_S, Math.max(1, Math.floor(deadlineMs / 1_000)));
    let prediction = read(await create(client(), options.target, { input, wait, signal }));
    while (prediction.status === 'starting' || prediction.status === 'processing') {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      signal.throwIfAborted();
      prediction = read(await client().predictions.get(prediction.id, { signal }));
    }
    return prediction;
  }

  async function readPicture(output: string, request: PictureRequest, signal: AbortSignal): Promise<Picture> {
    const bytes = await readOutput(output, { ...options, fetch: doFetch, signal });
    checkPicture(bytes, request);
    const { format, size, model } = request;
    return { bytes, format, stage: 'final', network: size === 64 ? 1 : 2, model };
  }

  async function generate(request: PictureRequest, generateOptions: GenerateOptions): Promise<Picture> {
    const signal = AbortSignal.timeout(generateOptions.deadlineMs);
    const prediction = await predict(inputOf(request), previewKey(request), generateOptions, signal);
    checkSuccess(prediction, request);
    return readPicture(outputOf(prediction), request, signal);
  }

  async function drawRow(
    requests: readonly PictureRequest[],
    generateOptions: GenerateOptions,
  ): Promise<readonly SeenPicture[]> {
    const [first] = requests;
    if (first === undefined) return [];
    const signal = AbortSignal.timeout(generateOptions.deadlineMs);
    const key = await sha256Hex(new Uint8Array(new TextEncoder().encode(requests.map(previewKey).join(' '))));
    const prediction = await predict(rowInputOf(first, requests), key, generateOptions, signal);
    checkSuccess(prediction, first);
    const steps = z.array(rowStepSchema).length(requests.length).safeParse(prediction.output);
    if (!steps.success) throw bad('it is not the row that was asked for');
    return Promise.all(
      requests.map(async (request, at) => {
        const step = steps.data[at];
        if (step === undefined) throw bad('it lacks a step');
        const { picture, lab, view } = step;
        return { picture: await readPicture(picture, request, signal), lab, view };
      }),
    );
  }

  return {
    source: 'gpu',
    stage: 'final',
    async generate(request, generateOptions): Promise<Result<Picture, ProblemError>> {
      try {
        return ok(await generate(request, generateOptions));
      } catch (error) {
        return err(problemOf(error));
      }
    },
    async row(requests, generateOptions): Promise<Result<readonly SeenPicture[], ProblemError>> {
      try {
        return ok(await drawRow(requests, generateOptions));
      } catch (error) {
        return err(problemOf(error));
      }
    },
  };
}

interface Creation {
  readonly input: PredictionInput | RowInput;
  readonly wait: number;
  readonly signal: AbortSignal;
}

function create(client: Replicate, target: GpuTarget, creation: Creation): Promise<Prediction> {
  switch (target.kind) {
    case 'container':
      return client.predictions.create({ ...creation, version: creation.input.model ?? '' });
    case 'version':
      return client.predictions.create({ ...creation, version: target.version });
    case 'model':
      return client.predictions.create({ ...creation, model: `${target.owner}/${target.name}` });
    case 'deployment':
      return client.deployments.predictions.create(target.owner, target.name, creation);
  }
}

const inputOf = ({ model, tokens, lab, seed, size, format }: PictureRequest): PredictionInput => ({
  model,
  tokens: [...tokens],
  lab: lab === null ? null : [...lab],
  seed,
  size,
  format,
});

const rowInputOf = (
  { model, seed, size, format }: PictureRequest,
  requests: readonly PictureRequest[],
): RowInput => ({
  model,
  steps: requests.map(({ tokens, lab }) => ({
    tokens: [...tokens],
    lab: lab === null ? null : [...lab],
  })),
  seed,
  size,
  format,
});

function read(answer: unknown): PredictionAnswer {
  const parsed = predictionSchema.safeParse(answer);
  if (!parsed.success) throw bad('it is not a prediction');
  return parsed.data;
}

/** Our versions look like `r1-0123abcd`; hosted Replicate names its own 64 hex digits. */
const OUR_VERSION = /^r\d+-[0-9a-f]{8}$/;

function checkSuccess({ status, version, error }: PredictionAnswer, request: PictureRequest): void {
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

function outputOf({ output }: PredictionAnswer): string {
  const first = Array.isArray(output) ? output[0] : output;
  if (typeof first !== 'string') throw bad('it has no output');
  return first;
}

function checkPicture(bytes: Uint8Array, { format, size }: PictureRequest): void {
  const info = inspectPicture(bytes);
  if (info?.format === format && info.width === size && info.height === size) return;
  const found = info === null ? 'no picture' : `${info.width}×${info.height} ${info.format}`;
  throw bad(`its output is ${found} instead of ${size}×${size} ${format}`);
}

const bad = (detail: string): AttemptFailed =>
  new AttemptFailed(problem('bad_upstream', `Of its answer: ${detail}.`));

/** What the client throws itself: our signal's reason, `fetch`'s error, or that of its JSON parser. */
function problemOf(error: unknown): ProblemError {
  if (error instanceof AttemptFailed) return error.problem;
  if (error instanceof SyntaxError) return bad('it is not JSON').problem;
  const late = error instanceof DOMException && error.name === 'TimeoutError';
  return problem('gpu_unavailable', late ? 'It did not answer in time.' : 'It could not be reached.', 2);
}
