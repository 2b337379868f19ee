import { type ProblemError, problem } from '../../shared/contract/errors.ts';
import type { IncidentLine } from '../../shared/contract/log.ts';
import { type Lab, type PictureRequest, previewKey } from '../../shared/contract/picture.ts';
import type { View } from '../../shared/contract/prediction.ts';
import { err, ok, type Result } from '../../shared/contract/result.ts';
import { ceilingReached } from './flight/problems.ts';
import type { Ceilings, PictureCache, RowGenerator } from './ports.ts';
import type { RequestContext } from './previewer.ts';
import { createRecent } from './recent.ts';
import { createFlights } from './single-flight.ts';
import { LATE, within } from './within.ts';

/** What was seen on a final picture. */
export interface Seen {
  readonly lab: Lab;
  readonly view: View;
}

export interface Views {
  /**
   * What the classifier sees on the finals of a row, from memory or by one prediction for all that are missing, whose
   * pictures land in the cache. Never rejects.
   * @param requests finals of one model, seed, size and format
   * @param waitMs how long to wait; the prediction goes on without anybody waiting
   */
  of(
    requests: readonly PictureRequest[],
    waitMs: number,
    context: RequestContext,
  ): Promise<Result<readonly Seen[], ProblemError>>;
}

export interface ViewsOptions {
  readonly finals: PictureCache;
  readonly gpu: RowGenerator;
  readonly ceilings: Ceilings;
  /** The longest that a prediction goes on. */
  readonly deadlineMs: number;
  readonly report: (incident: IncidentLine) => void;
}

/** About 300 bytes each. */
const KEPT = 2_000;

/** Rows of pictures and what is seen on them; what was seen is kept in this isolate, least recently used out first. */
export function createViews({ finals, gpu, ceilings, deadlineMs, report }: ViewsOptions): Views {
  const known = createRecent<Seen>(KEPT);
  const flights = createFlights<ProblemError | null>(deadlineMs);

  async function look(
    requests: readonly PictureRequest[],
    context: RequestContext,
  ): Promise<ProblemError | null> {
    const { requestId, ceiling } = context;
    // A row is one prediction, and counts as one.
    if (ceiling !== undefined && !(await ceilings.take(ceiling))) return ceilingReached(Date.now());
    const drawn = await gpu.row(requests, { deadlineMs, requestId });
    if (!drawn.ok) {
      const detail = `${drawn.error.code}: ${drawn.error.detail}`;
      report({ event: 'incident', level: 'warn', what: 'gpu_failed', requestId, detail });
      if (ceiling !== undefined) await ceilings.giveBack(ceiling);
      return drawn.error;
    }
    for (const [at, { picture, lab, view }] of drawn.value.entries()) {
      const request = requests[at];
      if (request === undefined) continue;
      known.set(previewKey(request), { lab, view });
      context.waitUntil(store(request, picture));
    }
    return null;
  }

  /** A picture that is there already is not written again: KV counts writes. */
  async function store(request: PictureRequest, picture: Parameters<PictureCache['put']>[1]): Promise<void> {
    if ((await finals.get(request)).kind === 'hit') return;
    const stored = await finals.put(request, picture);
    if (stored.ok) return;
    const key = previewKey(request);
    report({ event: 'incident', level: 'warn', what: 'cache_write_failed', key, detail: stored.error });
  }

  return {
    async of(requests, waitMs, context) {
      const missing = requests.filter((request) => known.get(previewKey(request)) === undefined);
      if (missing.length > 0) {
        const flight = flights.join(
          `${context.ceiling?.name ?? ''} ${missing.map(previewKey).join(' ')}`,
          () => {
            const looking = look(missing, context);
            context.waitUntil(looking);
            return looking;
          },
        );
        const failure = await within(flight, waitMs);
        if (failure === LATE)
          return err(problem('gpu_unavailable', 'Ask again shortly; it is being drawn.', 2));
        if (failure !== null) return err(failure);
      }
      const seen = requests.flatMap((request) => known.get(previewKey(request)) ?? []);
      return seen.length === requests.length
        ? ok(seen)
        : err(problem('internal', 'What was seen was not kept for long enough.'));
    },
  };
}
