import { describe, expect, it } from 'vitest';
import { problem } from '../../../shared/contract/errors.ts';
import type { IncidentLine } from '../../../shared/contract/log.ts';
import { err, ok } from '../../../shared/contract/result.ts';
import { createMemoryCache } from '../../../workers/pipeline/cache/memory.ts';
import type { Flights, Generator, Picture, PictureCache } from '../../../workers/pipeline/ports.ts';
import { createPreviewer, type PreviewerOptions } from '../../../workers/pipeline/previewer.ts';
import { patience } from '../../support/patience.ts';

const request = {
  model: 'r1-00000000',
  tokens: [1],
  lab: null,
  seed: 1,
  size: 256,
  format: 'webp',
} as const;
const pictureOf = (stage: Picture['stage']): Picture => ({
  bytes: Uint8Array.of(stage === 'final' ? 2 : 1),
  format: 'webp',
  stage,
  network: stage === 'final' ? 2 : 1,
  model: request.model,
});
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A generator that takes its time, counts, and fails when told. */
function slow(source: Generator['source'], ms: number, fails = false) {
  const stage = source === 'gpu' ? ('final' as const) : ('draft' as const);
  const made = { count: 0 };
  const generator: Generator = {
    source,
    stage,
    async generate() {
      made.count += 1;
      await pause(ms);
      return fails ? err(problem('bad_upstream', 'told to')) : ok(pictureOf(stage));
    },
  };
  return { generator, made };
}

/** Flights as plain as can be: a generation each, kept by the cache. */
const flightsOf = (gpu: Generator, cache: PictureCache): Flights => ({
  async join(asked, { requestId }) {
    const made = await gpu.generate(asked, { requestId });
    if (!made.ok) return made;
    await cache.put(asked, made.value);
    return ok({ picture: made.value, source: 'gpu' });
  },
});

function setUp({
  gpu = slow('gpu', 10).generator,
  ...options
}: Partial<PreviewerOptions> & { gpu?: Generator | null } = {}) {
  const finals = options.finals ?? createMemoryCache(1_000);
  const incidents: IncidentLine[] = [];
  const waiting: Promise<unknown>[] = [];
  const previewer = createPreviewer({
    finals,
    drafts: createMemoryCache(1_000),
    flights: gpu === null ? null : flightsOf(gpu, finals),
    edge: slow('edge', 5).generator,
    budgetMs: 200,
    deadlineMs: 600,
    cacheMs: 300,
    report: (incident) => incidents.push(incident),
    ...options,
  });
  const context = { requestId: 'r', waitUntil: (work: Promise<unknown>) => void waiting.push(work) };
  const ask = (stage: 'auto' | 'draft' | 'final', seed = 1) =>
    previewer.preview({ ...request, seed }, stage, context);
  return { ask, incidents, settled: () => Promise.all(waiting) };
}

const broken: PictureCache = {
  get: async () => ({ kind: 'failed', detail: 'down' }),
  put: async () => err('429'),
};

describe('auto', () => {
  it('gives a final within the budget, and draws no draft', async () => {
    const edge = slow('edge', 5);
    const { ask, settled } = setUp({ edge: edge.generator, budgetMs: 20_000, deadlineMs: 20_000 });
    expect(await ask('auto')).toMatchObject({ ok: true, value: { outcome: 'final', source: 'gpu' } });
    await settled();
    expect(await ask('auto')).toMatchObject({ ok: true, value: { outcome: 'final', source: 'cache' } });
    expect(edge.made.count).toBe(0);
  });

  it('gives a draft when the budget is over; the final lands in the cache without anybody waiting', async () => {
    const { ask, settled } = setUp({ gpu: slow('gpu', 400).generator });
    const since = performance.now();
    expect(await ask('auto')).toMatchObject({
      ok: true,
      value: { outcome: 'draft-instead-of-final', source: 'edge', fallback: { code: 'gpu_unavailable' } },
    });
    expect(performance.now() - since).toBeLessThan(patience(350));
    await settled();
    expect(await ask('auto')).toMatchObject({ ok: true, value: { outcome: 'final', source: 'cache' } });
  });

  it('gives a draft at once when the GPU service fails at once', async () => {
    const { ask } = setUp({ gpu: slow('gpu', 0, true).generator, budgetMs: 500 });
    const since = performance.now();
    const answer = await ask('auto');
    expect(performance.now() - since).toBeLessThan(patience(250));
    expect(answer).toMatchObject({ ok: true, value: { fallback: { code: 'bad_upstream' } } });
  });

  it('waits for the final beyond the budget when the edge cannot draw', async () => {
    const edge = slow('edge', 0, true).generator;
    const { ask } = setUp({ edge, gpu: slow('gpu', 400).generator });
    expect(await ask('auto')).toMatchObject({ ok: true, value: { outcome: 'final' } });
  });

  it('without a GPU service gives drafts', async () => {
    const { ask } = setUp({ gpu: null });
    expect(await ask('auto')).toMatchObject({
      ok: true,
      value: { outcome: 'draft-instead-of-final', fallback: { code: 'gpu_not_configured' } },
    });
  });
});

describe('final', () => {
  it('waits beyond the budget, but not beyond the deadline', async () => {
    expect(await setUp({ gpu: slow('gpu', 400).generator }).ask('final')).toMatchObject({ ok: true });
    const late = await setUp({ gpu: slow('gpu', 900).generator }).ask('final');
    expect(late).toMatchObject({ ok: false, error: { code: 'gpu_unavailable', retryAfter: 2 } });
  });

  it('is served from the cache though no GPU service is configured', async () => {
    const finals = createMemoryCache(1_000);
    await finals.put({ ...request, stage: 'final' }, pictureOf('final'));
    expect(await setUp({ finals, gpu: null }).ask('final')).toMatchObject({
      ok: true,
      value: { source: 'cache' },
    });
  });
});

describe('equal requests', () => {
  it('share one flight, whatever they ask', async () => {
    const gpu = slow('gpu', 50);
    const { ask } = setUp({ gpu: gpu.generator });
    await Promise.all([ask('auto'), ask('final'), ask('auto'), ask('final')]);
    expect(gpu.made.count).toBe(1);
  });

  it('share nothing with others, and a flight that failed does not stay', async () => {
    const gpu = slow('gpu', 5, true);
    const { ask } = setUp({ gpu: gpu.generator });
    await Promise.all([ask('final', 1), ask('final', 2)]);
    await ask('final', 1);
    expect(gpu.made.count).toBe(3);
  });
});

it('a cache that hangs costs half of the budget at most', async () => {
  const finals: PictureCache = {
    get: () => new Promise(() => undefined),
    put: async () => ok(null),
  };
  const { ask, incidents } = setUp({ finals, budgetMs: 2_000, deadlineMs: 20_000, cacheMs: 10_000 });
  const answers = await Promise.all([ask('auto'), ask('auto'), ask('final')]);
  for (const answer of answers) expect(answer).toMatchObject({ ok: true, value: { outcome: 'final' } });
  expect(incidents[0]).toMatchObject({ what: 'cache_read_slow', detail: 'no answer within 1000 ms' });
});

it('a cache that fails costs a generation, is reported, and nothing else', async () => {
  const { ask, incidents, settled } = setUp({ finals: broken, drafts: broken });
  expect(await ask('auto')).toMatchObject({ ok: true, value: { outcome: 'final' } });
  expect(await ask('draft')).toMatchObject({ ok: true, value: { outcome: 'draft' } });
  await settled();
  expect(incidents.map(({ what }) => what)).toEqual(['cache_read_failed', 'cache_write_failed']);
});

it('a draft is never stored as a final', async () => {
  const finals = createMemoryCache(1_000);
  const { ask, settled } = setUp({ finals, gpu: null });
  await ask('auto');
  await ask('draft');
  await settled();
  expect(finals.bytes).toBe(0);
});
