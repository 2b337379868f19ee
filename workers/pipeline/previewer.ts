import { type ProblemError, problem } from '../../shared/contract/errors.ts';
import type { PictureOutcome, PictureSource } from '../../shared/contract/headers.ts';
import type { Stage } from '../../shared/contract/limits.ts';
import type { IncidentLine } from '../../shared/contract/log.ts';
import { type PictureRequest, previewKey } from '../../shared/contract/picture.ts';
import { err, ok, type Result } from '../../shared/contract/result.ts';
import type { Generator, Picture, PictureCache } from './ports.ts';
import { createFlights } from './single-flight.ts';
import { LATE, within } from './within.ts';

/** What the pipeline needs of the request that it works for. */
export interface RequestContext {
  readonly requestId: string;
  /** Keeps work alive past the answer, as `ExecutionContext.waitUntil`. */
  waitUntil(work: Promise<unknown>): void;
}

export interface Preview {
  readonly outcome: PictureOutcome;
  readonly picture: Picture;
  readonly source: PictureSource;
  /** Key of the picture that is sent. */
  readonly key: string;
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
  /** Null when none is configured. */
  readonly gpu: Generator | null;
  readonly edge: Generator;
  /** How long `auto` waits for a final. */
  readonly budgetMs: number;
  /** How long `final` waits, and the longest that a generation goes on without anybody waiting. */
  readonly deadlineMs: number;
  readonly report: (incident: IncidentLine) => void;
}

type Drawn = Result<{ readonly picture: Picture; readonly source: PictureSource }, ProblemError>;

/**
 * The way of a query behind its key: cache, one flight per key, GPU within a budget, else a draft from the edge
 * while the flight goes on and its answer lands in the cache.
 */
export function createPreviewer(options: PreviewerOptions): Previewer {
  const { finals, drafts, gpu, edge, budgetMs, deadlineMs, report } = options;
  const flights = createFlights<Drawn>(deadlineMs);

  /** Draws at most once at a time per key, and stores what was drawn after it is handed out. */
  function draw(
    request: PictureRequest,
    cache: PictureCache,
    generator: Generator | null,
    context: RequestContext,
  ): Promise<Drawn> {
    const key = previewKey(request);
    return flights.join(key, () => {
      const drawn = readOrGenerate(request, cache, generator, context.requestId);
      context.waitUntil(drawn.then((result) => store(request, cache, result)));
      return drawn;
    });
  }

  async function readOrGenerate(
    request: PictureRequest,
    cache: PictureCache,
    generator: Generator | null,
    requestId: string,
  ): Promise<Drawn> {
    const key = previewKey(request);
    const read = await cache.get(request);
    if (read.kind === 'hit') return ok({ picture: read.picture, source: 'cache' });
    if (read.kind !== 'miss') {
      const what = read.kind === 'damaged' ? 'cache_value_damaged' : 'cache_read_failed';
      report({ event: 'incident', level: 'warn', what, key, detail: read.detail });
    }
    if (generator === null) return err(problem('gpu_not_configured', 'Ask for stage=draft or stage=auto.'));
    const made = await generator.generate(request, { deadlineMs, requestId });
    if (made.ok) return ok({ picture: made.value, source: generator.source });
    const detail = `${made.error.code}: ${made.error.detail}`;
    const what = generator.source === 'gpu' ? 'gpu_failed' : 'edge_failed';
    report({ event: 'incident', level: 'warn', what, key, detail });
    return made;
  }

  async function store(request: PictureRequest, cache: PictureCache, drawn: Drawn): Promise<void> {
    if (!drawn.ok || drawn.value.source === 'cache') return;
    const stored = await cache.put(request, drawn.value.picture);
    if (stored.ok) return;
    const key = previewKey(request);
    report({ event: 'incident', level: 'warn', what: 'cache_write_failed', key, detail: stored.error });
  }

  async function draft(
    request: PreviewRequest,
    context: RequestContext,
  ): Promise<Result<Preview, ProblemError>> {
    const whole: PictureRequest = { ...request, stage: 'draft' };
    const drawn = await draw(whole, drafts, edge, context);
    return drawn.ok ? ok({ ...drawn.value, outcome: 'draft', key: previewKey(whole) }) : drawn;
  }

  function startFinal(request: PreviewRequest, context: RequestContext) {
    const whole: PictureRequest = { ...request, stage: 'final' };
    const since = Date.now();
    const flight = draw(whole, finals, gpu, context);
    return async (ms: number): Promise<Result<Preview, ProblemError>> => {
      const drawn = await within(flight, ms - (Date.now() - since));
      if (drawn === LATE) return err(tooLate());
      return drawn.ok ? ok({ ...drawn.value, outcome: 'final', key: previewKey(whole) }) : drawn;
    };
  }

  async function auto(
    request: PreviewRequest,
    context: RequestContext,
  ): Promise<Result<Preview, ProblemError>> {
    const finalWithin = startFinal(request, context);
    const early = await finalWithin(budgetMs / 2);
    if (early.ok) return early;
    // The draft is begun at half time, so that it is there when the budget is over.
    const instead = draft(request, context);
    const final = await finalWithin(budgetMs);
    if (final.ok) return final;
    const drawn = await instead;
    if (drawn.ok) return ok({ ...drawn.value, outcome: 'draft-instead-of-final', fallback: final.error });
    return finalWithin(deadlineMs);
  }

  return {
    preview(request, asked, context) {
      if (asked === 'draft') return draft(request, context);
      return asked === 'final' ? startFinal(request, context)(deadlineMs) : auto(request, context);
    },
  };
}

const RETRY_S = 2;
const tooLate = (): ProblemError =>
  problem('gpu_unavailable', 'Ask again shortly; the picture is still being drawn.', RETRY_S);
