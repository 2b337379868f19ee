import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PreviewsAnswer, StreamedPicture } from '../../shared/contract/answers.ts';
import { previewsAnswerSchema } from '../../shared/contract/previews.ts';
import { inspectPicture } from '../../workers/pipeline/picture-bytes.ts';
import { type RunningService, startServiceProcess, TOKEN } from '../gpu-service/serve/process.ts';
import { startWorker, type WorkerUnderTest } from '../support/worker.ts';

/** Pictures that come by themselves: as events while one waits, and through the Queue before anybody does. */

let service: RunningService;
let worker: WorkerUnderTest;
let bare: WorkerUnderTest;
beforeAll(async () => {
  service = await startServiceProcess();
  worker = await startWorker({ GPU_URL: service.url, GPU_TOKEN: TOKEN, GPU_DEADLINE_MS: '20000' });
  bare = await startWorker();
});
afterAll(async () => {
  await Promise.all([worker?.stop(), bare?.stop()]);
  service?.process.kill('SIGKILL');
});

interface Event {
  readonly event: string;
  readonly data: StreamedPicture & { readonly code?: string };
  readonly id: string | undefined;
}

async function eventsOf(of: WorkerUnderTest, params: string): Promise<Event[]> {
  const answer = await of.fetch(`/v1/stream?${params}`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('Content-Type')).toMatch(/^text\/event-stream/);
  expect(answer.headers.get('Cache-Control')).toBe('no-store');
  return (await answer.text())
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      const fields = new Map(
        block.split('\n').map((line) => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]),
      );
      return {
        event: fields.get('event') ?? '',
        data: JSON.parse(fields.get('data') ?? 'null'),
        id: fields.get('id'),
      };
    });
}

const bytesOf = (dataUri: string): Buffer => Buffer.from(dataUri.split(',')[1] ?? '', 'base64');

describe('a stream', () => {
  it('is a draft, then the final, each the picture of the address beside it', async () => {
    const events = await eventsOf(worker, 'q=women+black+capri+pants&seed=5');
    expect(events.map(({ event, id }) => [event, id])).toEqual([
      ['draft', undefined],
      ['final', 'last'],
    ]);
    for (const { event, data } of events) {
      const bytes = bytesOf(data.picture);
      expect(inspectPicture(bytes)).toMatchObject({ format: 'webp', width: 256, height: 256 });
      const same = await worker.fetch(data.url);
      expect(data).toMatchObject({ stage: event, alt: 'Women’s black capri pants' });
      expect(Buffer.from(await same.arrayBuffer())).toEqual(bytes);
    }
  });

  it('of what is in the cache may be the final alone, and ends with it either way', async () => {
    const events = await eventsOf(worker, 'q=women+black+capri+pants&seed=5');
    expect(events.at(-1)?.event).toBe('final');
  });

  it('without a GPU service is a draft and the problem', async () => {
    const events = await eventsOf(bare, 'q=blue+jeans');
    expect(events.map(({ event }) => event)).toEqual(['draft', 'problem']);
    expect(events.at(-1)).toMatchObject({ id: 'last', data: { code: 'gpu_not_configured' } });
  });

  it('from a GPU service that hangs ends at the deadline', async () => {
    const silent = createServer(() => {});
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const { port } = silent.address() as AddressInfo;
    const hung = await startWorker({
      GPU_URL: `http://127.0.0.1:${port}`,
      GPU_TOKEN: TOKEN,
      GPU_BUDGET_MS: '100',
      GPU_DEADLINE_MS: '1000',
    });
    const events = await eventsOf(hung, 'q=blue+jeans&size=64');
    expect(events.map(({ event, data }) => [event, data.code])).toEqual([
      ['draft', undefined],
      ['problem', 'gpu_unavailable'],
    ]);
    await hung.stop();
    silent.closeAllConnections();
    silent.close();
  });

  it('is over for an EventSource that asks again, and a problem of the request is told as one', async () => {
    const again = await worker.fetch('/v1/stream?q=blue+jeans', { headers: { 'Last-Event-ID': 'last' } });
    expect(again.status).toBe(204);
    expect((await worker.fetch('/v1/stream?q=qwertz')).status).toBe(422);
  });
});

describe('previews ahead of time', () => {
  const pictures = ['men grey joggers', 'women blue jeans', 'striped shorts'].map((q) => ({ q, size: 64 }));
  const post = async (of: WorkerUnderTest, body: unknown) => {
    const answer = await of.fetch('/v1/previews', { method: 'POST', body: JSON.stringify(body) });
    return { status: answer.status, body: await answer.json() };
  };
  const stateOf = async (): Promise<PreviewsAnswer> => {
    const { status, body } = await post(worker, { pictures, enqueue: false });
    expect(status).toBe(200);
    return previewsAnswerSchema.parse(body);
  };
  const statesOf = ({ pictures: all }: PreviewsAnswer): string[] => all.map(({ state }) => state);
  const drawn = (): number =>
    service.log.filter(({ msg, status }) => msg === 'prediction' && status === 'succeeded').length;

  it('are drawn through the Queue, and never again', async () => {
    expect(statesOf(await stateOf())).toEqual(['missing', 'missing', 'missing']);
    const first = await post(worker, { pictures: [...pictures, { q: 'qwertz' }] });
    expect(first.status).toBe(202);
    const answer = previewsAnswerSchema.parse(first.body);
    expect(statesOf(answer)).toEqual(['queued', 'queued', 'queued', 'refused']);
    await expect
      .poll(async () => statesOf(await stateOf()), { timeout: 60_000 })
      .toEqual(['ready', 'ready', 'ready']);
    for (const picture of answer.pictures) {
      if (picture.state === 'refused') continue;
      expect((await worker.fetch(picture.url)).headers.get('X-Preview-Source')).toBe('cache');
    }
    const before = drawn();
    const again = previewsAnswerSchema.parse((await post(worker, { pictures })).body);
    expect(statesOf(again)).toEqual(['ready', 'ready', 'ready']);
    await delay(2_000);
    expect(drawn()).toBe(before);
  });

  it.each([
    ['no JSON', 'x'],
    ['no pictures', { pictures: [] }],
    ['too many', { pictures: Array.from({ length: 101 }, () => ({ q: 'pants' })) }],
    ['a size that is none', { pictures: [{ q: 'pants', size: 65 }] }],
    ['an unknown member', { pictures: [{ q: 'pants', stage: 'draft' }] }],
  ])('refuse %s', async (_, body) => {
    expect(await post(bare, body)).toMatchObject({ status: 400, body: { code: 'bad_request' } });
  });

  it('take POST alone', async () => {
    const answer = await bare.fetch('/v1/previews');
    expect([answer.status, answer.headers.get('Allow')]).toEqual([405, 'POST, OPTIONS']);
  });
});
