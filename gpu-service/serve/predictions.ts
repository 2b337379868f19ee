import { createHash, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type ProblemError, problem } from '../../shared/contract/errors.ts';
import type {
  PREDICTION_STATUSES,
  PredictionInput,
  RowInput,
  RowStep,
} from '../../shared/contract/prediction.ts';
import { err, ok, type Result } from '../../shared/contract/result.ts';
import type { BatchFailure, JobOptions } from './batcher.ts';
import { dataUri, type PictureMaker, type PictureTiming } from './pictures.ts';

/** A finished prediction is kept for polling and for repeated creations; at most this many, this long. */
const KEPT = 512;
const KEPT_MS = 600_000;

/**
 * `aborted` is left to hosted Replicate: the `replicate` client polls on for ever when it meets it, so a
 * deadline that passes in the queue ends as `canceled` here.
 */
export type Status = Exclude<(typeof PREDICTION_STATUSES)[number], 'aborted'>;

/** One picture, or a row of them. */
export type Input = PredictionInput | RowInput;

export interface Prediction {
  readonly id: string;
  readonly input: Input;
  /** Version of the model that makes it. */
  readonly model: string;
  readonly createdAt: number;
  readonly status: Status;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  /** Data URI of the encoded picture; of a row, its steps. */
  readonly output: string | readonly RowStep[] | null;
  readonly error: string | null;
  /** How the picture was made; null until then. */
  readonly timing: PictureTiming | null;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Entry {
  readonly prediction: Mutable<Prediction>;
  readonly controller: AbortController;
  readonly settled: Promise<void>;
}

export interface Creation {
  readonly input: Input;
  /** One of the versions that are served. */
  readonly model: string;
  /** The caller's name for it; equal ids are one prediction. */
  readonly id?: string;
  /** From the creation on; then the prediction is canceled, and never runs if it still waits. */
  readonly deadlineMs?: number;
}

export interface Predictions {
  /**
   * Accepts a prediction and starts it. The id of one that is unfinished or succeeded gives that one (`created`
   * false); one that failed or was canceled is tried again.
   * @returns `too_busy` when as many as allowed are unfinished; `bad_request` for an id of another input
   */
  create(creation: Creation): Result<{ prediction: Prediction; created: boolean }, ProblemError>;
  /** The prediction, if it is still kept. */
  get(id: string): Prediction | null;
  /** Cancels it unless it is finished; null when there is none. */
  cancel(id: string): Prediction | null;
  /** Resolves when the prediction is finished or the time is over, whichever is first. */
  wait(id: string, ms: number): Promise<void>;
  /** Resolves when no prediction is unfinished. */
  idle(): Promise<void>;
  /** Pictures accepted and not finished. */
  readonly unfinished: number;
}

/** What makes the pictures of a model version. */
export type Maker = Pick<PictureMaker, 'make' | 'row'>;

export interface PredictionsOptions {
  readonly makers: ReadonlyMap<string, Maker>;
  /** Most pictures that may be unfinished at once: waiting, running or being encoded. A row counts its steps. */
  readonly maxUnfinished: number;
  /** Called once when a prediction is finished. */
  readonly onFinish?: (prediction: Prediction) => void;
}

/** The predictions of one process, in memory: nothing of them outlives it, by design. */
export function createPredictions(options: PredictionsOptions): Predictions {
  const { makers, maxUnfinished, onFinish } = options;
  const entries = new Map<string, Entry>();
  const unfinished = new Set<Entry>();

  async function run(prediction: Mutable<Prediction>, signal: AbortSignal): Promise<void> {
    const onStart = (): void => {
      prediction.status = 'processing';
      prediction.startedAt ??= Date.now();
    };
    const made = await makeWith(makers.get(prediction.model), prediction.input, { signal, onStart }).catch(
      (error) => err({ reason: 'failed', detail: String(error) } as const),
    );
    prediction.completedAt = Date.now();
    if (signal.aborted) {
      prediction.status = 'canceled';
      prediction.error = String(signal.reason);
    } else if (made.ok) {
      prediction.status = 'succeeded';
      prediction.output = made.value.output;
      prediction.timing = made.value.timing;
    } else {
      prediction.status = 'failed';
      prediction.error = made.error.reason === 'failed' ? made.error.detail : made.error.reason;
    }
  }

  function start({ input, model, id = randomId(), deadlineMs }: Creation): Prediction {
    const prediction: Mutable<Prediction> = {
      id,
      input,
      model,
      createdAt: Date.now(),
      status: 'starting',
      startedAt: null,
      completedAt: null,
      output: null,
      error: null,
      timing: null,
    };
    const controller = new AbortController();
    const deadline =
      deadlineMs === undefined
        ? undefined
        : setTimeout(() => controller.abort('The deadline of the prediction passed.'), deadlineMs);
    const settled = run(prediction, controller.signal).then(() => {
      clearTimeout(deadline);
      unfinished.delete(entry);
      onFinish?.(prediction);
    });
    const entry: Entry = { prediction, controller, settled };
    // A retried id moves to the end: entries stay in the order of their creation, which `forget` relies on.
    entries.delete(id);
    entries.set(id, entry);
    unfinished.add(entry);
    return prediction;
  }

  const load = (): number =>
    [...unfinished].reduce((sum, { prediction }) => sum + weightOf(prediction.input), 0);

  function forget(): void {
    const before = Date.now() - KEPT_MS;
    for (const [id, { prediction }] of entries) {
      const full = entries.size - unfinished.size > KEPT;
      if (prediction.completedAt === null) continue;
      if (!full && prediction.completedAt > before) break;
      entries.delete(id);
    }
  }

  return {
    create(creation) {
      const known = creation.id === undefined ? undefined : entries.get(creation.id);
      if (known !== undefined && !isOver(known.prediction.status)) {
        const { prediction } = known;
        return prediction.model === creation.model && isDeepStrictEqual(prediction.input, creation.input)
          ? ok({ prediction, created: false })
          : err(problem('bad_request', 'A prediction with this id and another input exists.'));
      }
      if (load() >= maxUnfinished) {
        return err(problem('too_busy', `${load()} pictures are unfinished.`, 1));
      }
      forget();
      return ok({ prediction: start(creation), created: true });
    },
    get: (id) => entries.get(id)?.prediction ?? null,
    cancel(id) {
      const entry = entries.get(id);
      if (entry === undefined) return null;
      if (unfinished.has(entry)) {
        entry.controller.abort('The prediction was canceled by its caller.');
      }
      return entry.prediction;
    },
    async wait(id, ms) {
      const entry = entries.get(id);
      if (entry === undefined) return;
      let timer: NodeJS.Timeout | undefined;
      const over = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, ms);
      });
      await Promise.race([entry.settled, over]);
      clearTimeout(timer);
    },
    async idle() {
      while (unfinished.size > 0) await Promise.all([...unfinished].map(({ settled }) => settled));
    },
    get unfinished() {
      return load();
    },
  };
}

/** The id that creations with an equal `Idempotency-Key` share. */
export const idOfKey = (key: string): string =>
  `key${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;

const isOver = (status: Status): boolean => status === 'failed' || status === 'canceled';

const randomId = (): string => randomUUID().replaceAll('-', '');

const weightOf = (input: Input): number => ('steps' in input ? input.steps.length : 1);

async function makeWith(
  maker: Maker | undefined,
  input: Input,
  options: JobOptions,
): Promise<Result<Pick<Prediction, 'output' | 'timing'>, BatchFailure>> {
  if (maker === undefined) return err({ reason: 'failed', detail: 'its model is not served' });
  const { seed, size, format } = input;
  if ('steps' in input) {
    const made = await maker.row({ steps: input.steps.map(withLab), seed, size, format }, options);
    if (!made.ok) return made;
    const { steps, ...timing } = made.value;
    return ok({ output: steps, timing });
  }
  const made = await maker.make({ ...withLab(input), seed, size, format }, options);
  if (!made.ok) return made;
  const { bytes, ...timing } = made.value;
  return ok({ output: dataUri(bytes, format), timing });
}

const withLab = ({ tokens, lab }: Pick<PredictionInput, 'tokens' | 'lab'>) => ({ tokens, lab: lab ?? null });
