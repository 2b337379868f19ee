import Replicate, { type Prediction } from 'replicate';
import type { PictureRequest } from '../../../shared/contract/picture.ts';
import type { PredictionAnswer, PredictionInput, RowInput } from '../../../shared/contract/prediction.ts';
import type { Picture } from '../ports.ts';
import { withRetries } from '../retry.ts';
import { AttemptFailed, ONE_PICTURE, ROW_OF_PICTURES, singleAttempt } from './attempt.ts';
import { readOutput } from './output.ts';
import { checkPicture, readPrediction } from './prediction-check.ts';

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

export interface Asking {
  readonly requestId: string;
  /** Names the work: equal ones are done once by our container. */
  readonly key: string;
  /** From now on; then nobody wants it any more. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** Calls of the Replicate HTTP API. All throw: `AttemptFailed`, or what `problemOf` knows. */
export interface Predictor {
  /** @param waitMs how long the answer may be held back */
  create(input: PredictionInput | RowInput, waitMs: number, asking: Asking): Promise<PredictionAnswer>;
  get(id: string, isRow: boolean, asking: Asking): Promise<PredictionAnswer>;
  /** The picture that an output stands for, checked against what was asked. */
  readPicture(output: string, request: PictureRequest, signal: AbortSignal): Promise<Picture>;
}

/** Whole seconds are all that `Prefer: wait` can say, 60 the most. */
const MAX_WAIT_S = 60;
/** Hosted Replicate takes no shorter `Cancel-After`. */
const MIN_CANCEL_AFTER_S = 5;
/** Where a repetition can do no harm. */
const RETRIES = 2;

/**
 * A creation that may have been lost on its way is repeated on our container alone, where the idempotency key makes
 * one prediction of both; hosted Replicate would draw twice. Asking how far one is may be repeated anywhere.
 */
export function createPredictor(options: GpuOptions): Predictor {
  // workerd's fetch must be called without a receiver.
  const doFetch: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init));
  const ours = options.target.kind === 'container';

  async function call(
    { requestId, key, deadlineMs, signal }: Asking,
    retries: number,
    maxBytes: number,
    ask: (client: Replicate) => Promise<Prediction>,
  ): Promise<PredictionAnswer> {
    const headers = {
      'X-Request-Id': requestId,
      // Hosted Replicate ignores it.
      'Idempotency-Key': key,
      'Cancel-After': ours
        ? `${Math.max(1, Math.floor(deadlineMs))}ms`
        : `${Math.max(MIN_CANCEL_AFTER_S, Math.ceil(deadlineMs / 1_000))}s`,
    };
    const attempt = (): Promise<Prediction> => {
      // A client per attempt: see `singleAttempt`.
      const once = singleAttempt(doFetch, signal, headers, maxBytes);
      return ask(new Replicate({ auth: options.token, baseUrl: options.url, fetch: once }));
    };
    return readPrediction(await withRetries(attempt, { retries, isPassing, signal }));
  }

  return {
    create(input, waitMs, asking) {
      const wait = Math.min(MAX_WAIT_S, Math.max(1, Math.floor(waitMs / 1_000)));
      const creation = { input, wait, signal: asking.signal };
      return call(asking, ours ? RETRIES : 0, 'steps' in input ? ROW_OF_PICTURES : ONE_PICTURE, (client) =>
        create(client, options.target, creation),
      );
    },
    get: (id, isRow, asking) =>
      call(asking, RETRIES, isRow ? ROW_OF_PICTURES : ONE_PICTURE, (client) =>
        client.predictions.get(id, { signal: asking.signal }),
      ),
    async readPicture(output, request, signal) {
      const bytes = await readOutput(output, { ...options, fetch: doFetch, signal });
      checkPicture(bytes, request);
      const { format, size, model } = request;
      return { bytes, format, stage: 'final', network: size === 64 ? 1 : 2, model };
    },
  };
}

/** Whether another attempt may end otherwise: it was not reached, broke off, or a proxy before it answered 50x. */
const isPassing = (error: unknown): boolean => {
  if (error instanceof AttemptFailed) return error.problem.code === 'gpu_unavailable';
  if (!(error instanceof Error) || error instanceof SyntaxError) return false;
  return error.name !== 'TimeoutError' && error.name !== 'AbortError';
};

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
