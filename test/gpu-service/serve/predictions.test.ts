import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { PictureMaker } from '../../../gpu-service/serve/pictures.ts';
import { createPredictions, idOfKey, type Prediction } from '../../../gpu-service/serve/predictions.ts';
import type { PredictionInput } from '../../../shared/contract/prediction.ts';
import { err, ok, type Result } from '../../../shared/contract/result.ts';

const input: PredictionInput = { tokens: [1], lab: null, seed: 7, size: 64, format: 'png' };
const model = 'r1-0a1b2c3d';
const picture = {
  bytes: Uint8Array.of(1, 2),
  stage: 1,
  batchSize: 1,
  queuedMs: 0,
  runMs: 1,
  encodeMs: 1,
} as const;
type Made = Awaited<ReturnType<PictureMaker['make']>>;

/** Predictions whose pictures are made when the test says so. */
function held(maxUnfinished = 4) {
  const jobs: { end: (result?: Made) => void; start: () => void }[] = [];
  const finished: Prediction[] = [];
  const make: PictureMaker['make'] = (_, { signal, onStart } = {}) =>
    new Promise((resolve) => {
      jobs.push({ end: (result = ok(picture)) => resolve(result), start: () => onStart?.() });
      signal?.addEventListener('abort', () => resolve(err({ reason: 'aborted' })));
    });
  const predictions = createPredictions({
    maxUnfinished,
    onFinish: (prediction) => finished.push(prediction),
    makers: new Map([[model, { make, row: () => Promise.resolve(err({ reason: 'aborted' })) }]]),
  });
  return { predictions, jobs, finished };
}

function must<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

describe('predictions', () => {
  it('go from starting over processing to succeeded, with a data URI', async () => {
    const { predictions, jobs, finished } = held();
    const { prediction, created } = must(predictions.create({ model, input }));
    expect([prediction.status, created]).toEqual(['starting', true]);
    jobs[0]?.start();
    expect(prediction.status).toBe('processing');
    jobs[0]?.end();
    await predictions.wait(prediction.id, 1_000);
    expect(prediction).toMatchObject({ status: 'succeeded', output: 'data:image/png;base64,AQI=' });
    expect(predictions.get(prediction.id)).toBe(prediction);
    expect(finished).toEqual([prediction]);
  });

  it('with one id are one prediction, while it runs and after', async () => {
    const { predictions, jobs } = held();
    const id = idOfKey('order-7');
    const first = must(predictions.create({ model, input, id }));
    const second = must(predictions.create({ model, input: { ...input }, id }));
    expect([second.created, second.prediction]).toEqual([false, first.prediction]);
    jobs[0]?.end();
    await predictions.idle();
    expect(must(predictions.create({ model, input, id })).created).toBe(false);
    expect(jobs).toHaveLength(1);
    expect(predictions.create({ model, input: { ...input, seed: 8 }, id })).toMatchObject({
      ok: false,
      error: { code: 'bad_request' },
    });
  });

  it('that failed or were canceled are tried again under their id', async () => {
    const { predictions, jobs } = held();
    const first = must(predictions.create({ model, input, id: 'x' })).prediction;
    jobs[0]?.end(err({ reason: 'failed', detail: 'out of memory' }));
    await predictions.idle();
    expect(first).toMatchObject({ status: 'failed', error: 'out of memory', output: null });
    expect(must(predictions.create({ model, input, id: 'x' })).created).toBe(true);
    predictions.cancel('x');
    await predictions.idle();
    expect(must(predictions.create({ model, input, id: 'x' })).created).toBe(true);
  });

  it('are refused at once when as many as allowed are unfinished', async () => {
    const { predictions, jobs } = held(2);
    must(predictions.create({ model, input }));
    const second = must(predictions.create({ model, input })).prediction;
    const refusal = { ok: false, error: { code: 'too_busy', retryAfter: 1 } };
    expect(predictions.create({ model, input })).toMatchObject(refusal);
    expect(must(predictions.create({ model, input, id: second.id })).created).toBe(false);
    jobs[0]?.end();
    await delay(0);
    expect(predictions.create({ model, input }).ok).toBe(true);
  });

  it('are canceled by their caller or by their deadline, whether they wait or run', async () => {
    const { predictions, jobs } = held();
    const late = must(predictions.create({ model, input, deadlineMs: 10 })).prediction;
    const running = must(predictions.create({ model, input, deadlineMs: 10 })).prediction;
    const unwanted = must(predictions.create({ model, input })).prediction;
    jobs[1]?.start();
    predictions.cancel(unwanted.id);
    await predictions.idle();
    expect([late.status, running.status, unwanted.status]).toEqual(['canceled', 'canceled', 'canceled']);
    expect(late.error).toMatch(/deadline/);
    expect(late.startedAt).toBeNull();
    expect(unwanted.error).toMatch(/caller/);
  });

  it('that are finished stay so when they are canceled', async () => {
    const { predictions, jobs } = held();
    const { id } = must(predictions.create({ model, input, deadlineMs: 5 })).prediction;
    jobs[0]?.end();
    await predictions.idle();
    predictions.cancel(id);
    await delay(15);
    expect(predictions.get(id)?.status).toBe('succeeded');
    expect(predictions.cancel('unknown')).toBeNull();
  });

  it('are waited for no longer than asked', async () => {
    const { predictions } = held();
    const { prediction } = must(predictions.create({ model, input }));
    await predictions.wait(prediction.id, 5);
    expect(prediction.status).toBe('starting');
  });

  it('are kept in bounded number, the unfinished all', async () => {
    const { predictions, jobs } = held(10);
    const open = must(predictions.create({ model, input })).prediction;
    const ids: string[] = [];
    for (let i = 0; i < 700; i += 1) {
      ids.push(must(predictions.create({ model, input })).prediction.id);
      jobs.at(-1)?.end();
      await delay(0);
    }
    const kept = ids.filter((id) => predictions.get(id) !== null);
    expect(kept.length).toBeGreaterThanOrEqual(512);
    expect(kept.length).toBeLessThanOrEqual(514);
    expect(kept).toEqual(ids.slice(-kept.length));
    expect(predictions.get(open.id)).toBe(open);
  });
});
