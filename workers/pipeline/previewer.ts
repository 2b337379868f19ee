import { type ProblemError, problem } from '../../shared/contract/errors.ts';
import type { PictureOutcome, PictureSource } from '../../shared/contract/headers.ts';
import type { Stage } from '../../shared/contract/limits.ts';
import type { IncidentLine } from '../../shared/contract/log.ts';
import { atStage, type PictureRequest, previewKey } from '../../shared/contract/picture.ts';
import { err, ok, type Result } from '../../shared/contract/result.ts';
import { createDeadline } from './deadline.ts';
import { tooLate } from './flight/problems.ts';
import type { Boarding, CacheRead, Ceiling, Flights, Generator, Picture, PictureCache } from './ports.ts';
import { createFlights } from './single-flight.ts';
import { LATE, within } from './within.ts';

/** What the pipeline needs of the request that it works for. */
export interface RequestContext {
  readonly requestId: string;
  /** Bounds the generations that it may cause. */
  readonly ceiling?: Ceiling;
  /** Keeps work alive past the answer, as `ExecutionContext.waitUntil`. */
  waitUntil(work: Promise<unknown>): void;
}

export interface Preview {
  readonly outcome: PictureOutcome;
  readonly picture: Picture;
  readonly source: PictureSource;
  /** Why a draft is sent instead of a final. */
  readonly fallback?: ProblemError;
}

/** What to draw; the stage that is asked for stands beside it. */
export type PreviewRequest = Omit<PictureRequest, 'stage'>;

export interface Previewer {
  preview(
    request: PreviewRequest,
    asked: Stage,
    context: RequestContext,
  ): Promise<Result<Preview, ProblemError>>;
}

export interface PreviewerOptions {
  readonly finals: PictureCache;
  readonly drafts: PictureCache;
  /** Null when no GPU service is configured. */
  readonly flights: Flights | null;
  readonly edge: Generator;
  /** How long `auto` waits for a final. */
  readonly budgetMs: number;
  /** How long `final` waits. */
  readonly deadlineMs: number;
  /** How long the cache of finals may take before the flight is asked; half of `budgetMs` at most. */
  readonly cacheMs: number;
  readonly report: (incident: IncidentLine) => void;
}

type Missing = Exclude<CacheRead, { kind: 'hit' }> | typeof LATE;
type Drawn = Result<{ readonly picture: Picture; readonly source: PictureSource }, ProblemError>;

/**
 * The way of a query behind its key: cache, the key's flight within a budget, else a draft from the edge while the
 * flight goes on and its answer lands in the cache.
 */
export function createPreviewer(options: PreviewerOptions): Previewer {
  const { finals, drafts, flights, edge, budgetMs, deadlineMs, report } = options;
  const cacheMs = Math.min(options.cacheMs, budgetMs / 2);
  /** Equal work of this isolate; across isolates it is the flights' business. */
  const shared = createFlights<Drawn>(deadlineMs);

  /** A final that the cache does not have, from its flight, at most once at a time per key and ceiling. */
  async function fly(request: PictureRequest, read: Missing, context: RequestContext): Promise<Drawn> {
    const cache = found(request, read);
    if (flights === null) return err(problem('gpu_not_configured', 'Ask for stage=draft or stage=auto.'));
    const { requestId, ceiling } = context;
    return shared.join(`${previewKey(request)} ${ceiling?.name ?? ''}`, () => {
      const boarding = { requestId, deadlineMs, cache, ...(ceiling === undefined ? {} : { ceiling }) };
      const drawn = flights.join(request, boarding);
      context.waitUntil(drawn);
      return drawn;
    });
  }

  /** What a cache without the picture says of it, and of itself. */
  function found(request: PictureRequest, read: Missing): Boarding['cache'] {
    if (read !== LATE && read.kind === 'miss') return 'miss';
    const key = previewKey(request);
    if (read === LATE) {
      const detail = `no answer within ${cacheMs} ms`;
      report({ event: 'incident', level: 'warn', what: 'cache_read_slow', key, detail });
      return 'unknown';
    }
    const damaged = read.kind === 'damaged';
    const what = damaged ? 'cache_value_damaged' : 'cache_read_failed';
    report({ event: 'incident', level: 'warn', what, key, detail: read.detail });
    return damaged ? 'damaged' : 'unknown';
  }

  /** A draft, remembered by this isolate. */
  function drawDraft(request: PictureRequest, context: RequestContext): Promise<Drawn> {
    return shared.join(previewKey(request), () => {
      const drawn = readOrDraw(request, context.requestId);
      context.waitUntil(drawn.then((result) => remember(request, result)));
      return drawn;
    });
  }

  async function readOrDraw(request: PictureRequest, requestId: string): Promise<Drawn> {
    const read = await drafts.get(request);
    if (read.kind === 'hit') return ok({ picture: read.picture, source: 'cache' });
    const made = await edge.generate(request, { requestId });
    if (made.ok) return ok({ picture: made.value, source: edge.source });
    const detail = `${made.error.code}: ${made.error.detail}`;
    const key = previewKey(request);
    report({ event: 'incident', level: 'warn', what: 'edge_failed', key, requestId, detail });
    return made;
  }

  async function remember(request: PictureRequest, drawn: Drawn): Promise<void> {
    if (!drawn.ok || drawn.value.source === 'cache') return;
    const stored = await drafts.put(request, drawn.value.picture);
    if (stored.ok) return;
    const key = previewKey(request);
    report({ event: 'incident', level: 'warn', what: 'cache_write_failed', key, detail: stored.error });
  }

  async function draft(
    request: PreviewRequest,
    context: RequestContext,
  ): Promise<Result<Preview, ProblemError>> {
    const whole = atStage(request, 'draft');
    const drawn = await drawDraft(whole, context);
    return drawn.ok ? ok({ ...drawn.value, outcome: 'draft' }) : drawn;
  }

  const inTime = createDeadline(cacheMs);

  /** What the cache says of a final, in its time. Every request reads for itself: to share a read costs more than a read. */
  const read = (request: PictureRequest, context: RequestContext): Promise<CacheRead | typeof LATE> =>
    inTime(finals.get(request), (work) => context.waitUntil(work));

  async function final(
    request: PreviewRequest,
    context: RequestContext,
  ): Promise<Result<Preview, ProblemError>> {
    const since = Date.now();
    const whole = atStage(request, 'final');
    const found = await read(whole, context);
    if (isHit(found)) return hit(found.picture);
    return landed(await within(fly(whole, found, context), deadlineMs - (Date.now() - since)));
  }

  async function auto(
    request: PreviewRequest,
    context: RequestContext,
  ): Promise<Result<Preview, ProblemError>> {
    const since = Date.now();
    const whole = atStage(request, 'final');
    const found = await read(whole, context);
    if (isHit(found)) return hit(found.picture);
    const flown = fly(whole, found, context);
    const finalWithin = async (ms: number): Promise<Result<Preview, ProblemError>> =>
      landed(await within(flown, ms - (Date.now() - since)));
    const early = await finalWithin(budgetMs / 2);
    if (early.ok) return early;
    // The draft is begun at half time, so that it is there when the budget is over.
    const instead = draft(request, context);
    const late = await finalWithin(budgetMs);
    if (late.ok) return late;
    const drawn = await instead;
    if (drawn.ok) return ok({ ...drawn.value, outcome: 'draft-instead-of-final', fallback: late.error });
    return finalWithin(deadlineMs);
  }

  return {
    preview(request, asked, context) {
      if (asked === 'draft') return draft(request, context);
      return asked === 'final' ? final(request, context) : auto(request, context);
    },
  };
}

const isHit = (read: CacheRead | typeof LATE): read is Extract<CacheRead, { kind: 'hit' }> =>
  read !== LATE && read.kind === 'hit';

const hit = (picture: Picture): Result<Preview, ProblemError> =>
  ok({ picture, source: 'cache', outcome: 'final' });

const landed = (drawn: Drawn | typeof LATE): Result<Preview, ProblemError> => {
  if (drawn === LATE) return err(tooLate());
  return drawn.ok ? ok({ ...drawn.value, outcome: 'final' }) : drawn;
};
