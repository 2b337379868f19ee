import type { ProblemError } from '../../../shared/contract/errors.ts';
import type { IncidentLine } from '../../../shared/contract/log.ts';
import { type PictureRequest, previewKey } from '../../../shared/contract/picture.ts';
import { err, ok, type Result } from '../../../shared/contract/result.ts';
import type { Boarding, Ceilings, Landed, PictureCache, RemoteGenerator } from '../ports.ts';
import { LATE, within } from '../within.ts';
import { ceilingReached, tooLate } from './problems.ts';
import type { FlightStore, Job, Kept, Saved } from './saved.ts';

/**
 * How long one creation is held open in the hope of its picture; afterwards it is asked for. A service that hangs is
 * noticed then, and those who ask for the same picture are not held by the attempt that it has swallowed.
 */
const WAIT_MS = 4_000;
const POLL_MS = 500;
/** Beyond any single step: who wakes then and finds none has been restarted in between. */
const WATCH_MS = 15_000;
/** Answers in a row that may be missing before a generation counts as lost. */
const MAX_FAULTS = 3;
/**
 * How long a stored picture is kept: Workers KV shows a write everywhere after 60 s, and a location that has read the
 * key before keeps its miss for another 60 s.
 */
export const KEEP_MS = 150_000;
/** What a slow cache is given when the flight asks it, who has more time than a shopper. */
const CACHE_READ_MS = 2_000;
const CACHE_WRITE_MS = 10_000;
/** Above the second that Workers KV wants between two writes of one key. */
const REWRITE_MS = 1_200;
const MAX_WRITES = 6;
/** A damaged value is seen until its replacement is visible everywhere: it is replaced once in that time. */
const REPAIR_MS = 60_000;

export interface FlightOptions {
  readonly store: FlightStore;
  readonly gpu: RemoteGenerator;
  readonly cache: PictureCache;
  readonly ceilings: Ceilings;
  /** How long a generation goes on, whoever waits. */
  readonly flightMs: number;
  readonly report: (incident: IncidentLine) => void;
  readonly now?: () => number;
}

export interface Flight {
  join(request: PictureRequest, boarding: Boarding): Promise<Result<Landed, ProblemError>>;
  alarm(): Promise<void>;
}

type Landing = Result<Landed, ProblemError>;

/**
 * The one generation of a key. It lives where there is one of it in the world; callers race it and none of them can
 * end it. Its progress is saved, and an alarm takes it up again after a restart. The picture is kept until every
 * reader of the cache can see it.
 */
export function createFlight(options: FlightOptions): Flight {
  const { store, gpu, cache, ceilings, flightMs, report, now = Date.now } = options;
  /** Undefined: not loaded. */
  let state: Saved | null | undefined;
  let landing = Promise.withResolvers<Landing>();
  /** Start of the job whose step is under way. */
  let stepping: number | null = null;

  async function current(): Promise<Saved | null> {
    if (state === undefined) {
      const loaded = await store.load();
      state ??= loaded;
    }
    return state ?? null;
  }

  const isUnderWay = (saved: Saved | null | undefined): saved is Job =>
    saved?.kind === 'job' && now() < saved.endsAt;

  async function join(request: PictureRequest, boarding: Boarding): Promise<Landing> {
    const found = await current();
    if (found?.kind === 'kept') {
      if (boarding.cache === 'damaged') await repair(found);
      return ok({ picture: found.picture, source: 'cache' });
    }
    if (!isUnderWay(found)) {
      const refusal = await embark(request, boarding);
      return refusal === null ? join(request, boarding) : err(refusal);
    }
    const { promise } = landing;
    if (stepping !== found.startedAt && found.id === null) void safely(step);
    const landed = await within(promise, boarding.deadlineMs);
    return landed === LATE ? err(tooLate()) : landed;
  }

  /** Starts the generation, unless another caller was faster; null, or why this one may not. */
  async function embark(request: PictureRequest, boarding: Boarding): Promise<ProblemError | null> {
    const ceiling = boarding.ceiling ?? null;
    const taken = ceiling === null || (await ceilings.take(ceiling));
    if (isUnderWay(state) || state?.kind === 'kept') {
      if (taken && ceiling !== null) await ceilings.giveBack(ceiling);
      return null;
    }
    if (!taken) return ceilingReached(now());
    const startedAt = now();
    const { requestId } = boarding;
    const plan = { startedAt, endsAt: startedAt + flightMs, id: null, faults: 0, ceiling };
    const job: Job = { kind: 'job', request, requestId, ...plan };
    landing.resolve(err(tooLate()));
    landing = Promise.withResolvers();
    state = job;
    stepping = startedAt;
    void safely(() => start(job, boarding));
    return null;
  }

  async function start(job: Job, boarding: Boarding): Promise<void> {
    await store.save(job);
    await store.wake(now() + WATCH_MS);
    if (boarding.cache === 'unknown') {
      const read = await within(cache.get(job.request), CACHE_READ_MS);
      if (read !== LATE && read.kind === 'hit' && state === job) {
        await giveBack(job);
        return land(job, { picture: read.picture, source: 'cache' });
      }
    }
    stepping = null;
    await step();
  }

  /** Asks the other side once. */
  async function step(): Promise<void> {
    const job = state;
    if (job?.kind !== 'job' || stepping === job.startedAt) return;
    const left = job.endsAt - now();
    if (left <= 0) return fail(job, tooLate());
    stepping = job.startedAt;
    const times = { deadlineMs: left, waitMs: Math.min(WAIT_MS, left), requestId: job.requestId };
    const asked = job.id === null ? gpu.begin(job.request, times) : gpu.resume(job.id, job.request, times);
    const progress = await asked;
    // A later flight may have taken its place: its time was over.
    if (state !== job) return;
    stepping = null;
    if (!progress.ok) {
      const lost = job.id === null || progress.error.code !== 'gpu_unavailable' || job.faults >= MAX_FAULTS;
      return lost ? fail(job, progress.error) : goOn({ ...job, faults: job.faults + 1 });
    }
    if (progress.value.kind === 'pending') return goOn({ ...job, id: progress.value.id, faults: 0 });
    return land(job, { picture: progress.value.picture, source: 'gpu' });
  }

  async function goOn(job: Job): Promise<void> {
    state = job;
    await store.save(job);
    await store.wake(now() + POLL_MS);
  }

  async function fail(job: Job, error: ProblemError): Promise<void> {
    state = null;
    landing.resolve(err(error));
    const detail = `${error.code}: ${error.detail}`;
    say('gpu_failed', job.request, detail, job.requestId);
    await giveBack(job);
    if (state === null) await store.clear();
  }

  /** Hands the picture out first: storing it must not make anybody wait. */
  async function land({ request }: Job, landed: Landed): Promise<void> {
    const stored = landed.source === 'cache';
    const kept: Kept = {
      kind: 'kept',
      request,
      picture: landed.picture,
      storedAt: stored ? now() : null,
      attempts: 0,
      repairedAt: null,
      until: now() + KEEP_MS,
    };
    state = kept;
    landing.resolve(ok(landed));
    await store.save(kept);
    if (stored) await store.wake(kept.until);
    else await put(kept);
  }

  async function put(kept: Kept): Promise<void> {
    const stored = await within(cache.put(kept.request, kept.picture), CACHE_WRITE_MS);
    if (state !== kept) return;
    const attempts = kept.attempts + 1;
    const isStored = stored !== LATE && stored.ok;
    if (!isStored) {
      say('cache_write_failed', kept.request, stored === LATE ? 'no answer' : stored.ok ? '' : stored.error);
    }
    const over = isStored || attempts >= MAX_WRITES;
    const next: Kept = { ...kept, attempts, storedAt: over ? now() : null, until: now() + KEEP_MS };
    state = next;
    await store.save(next);
    await store.wake(over ? next.until : now() + REWRITE_MS * 2 ** kept.attempts);
  }

  async function repair(kept: Kept): Promise<void> {
    const { storedAt, repairedAt } = kept;
    if (storedAt === null || (repairedAt !== null && now() - repairedAt < REPAIR_MS)) return;
    const next: Kept = { ...kept, storedAt: null, attempts: 0, repairedAt: now() };
    state = next;
    await store.save(next);
    await store.wake(now() + REWRITE_MS);
  }

  async function alarm(): Promise<void> {
    const saved = await current();
    if (saved === null) return store.clear();
    if (saved.kind === 'job') {
      return stepping === saved.startedAt ? store.wake(now() + WATCH_MS) : safely(step);
    }
    if (saved.storedAt === null) return put(saved);
    if (now() < saved.until) return store.wake(saved.until);
    state = null;
    return store.clear();
  }

  /** Storage that fails ends the flight, and not the callers' waiting. */
  async function safely(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const job = state?.kind === 'job' ? state : null;
      if (job !== null) state = null;
      stepping = null;
      landing.resolve(err(tooLate()));
      report({ event: 'incident', level: 'error', what: 'flight_failed', detail: String(error) });
    }
  }

  const giveBack = async ({ ceiling }: Job): Promise<void> =>
    ceiling === null ? undefined : ceilings.giveBack(ceiling);

  function say(
    what: IncidentLine['what'],
    request: PictureRequest,
    detail: string,
    requestId?: string,
  ): void {
    const key = previewKey(request);
    const id = requestId === undefined ? {} : { requestId };
    report({ event: 'incident', level: 'warn', what, key, detail, ...id });
  }

  return { join, alarm };
}
