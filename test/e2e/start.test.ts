import { createServer } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { freePort } from '../../gpu-service/dev/ports.ts';
import { patience } from '../support/patience.ts';
import { type NpmStart, npmStart } from './npm-start.ts';
import { isAlive } from './process-tree.ts';

const started: NpmStart[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.clean();
});

const start = (...args: string[]): NpmStart => {
  const one = npmStart(...args);
  started.push(one);
  return one;
};

const QUERY = 'q=womens%20black%20pants&seed=7';
const WEBP = [0x52, 0x49, 0x46, 0x46];

/** The assets' lines of the table in shared/contract/headers.ts: Cache-Control, and whether every origin may read it. */
const ASSETS = [
  ['/', 'public, max-age=0, must-revalidate', null],
  ['/reference', 'public, max-age=0, must-revalidate', null],
  ['/openapi.json', 'public, max-age=0, must-revalidate', '*'],
  ['/restgan-preview.js', 'public, max-age=3600', '*'],
] as const;

const refusesConnections = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    () => false,
    () => true,
  );

it('serves a page and a picture by the GPU within 30 s, and a Ctrl-C ends both processes', async () => {
  const began = performance.now();
  const run = start('--port', '0', '--gpu-port', '0');
  const url = await run.url();
  const page = await fetch(`${url}/`);
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toContain('text/html');
  for (const [path, cacheControl, origins] of ASSETS) {
    const { status, headers } = await fetch(url + path);
    expect([path, status, headers.get('cache-control'), headers.get('access-control-allow-origin')]).toEqual([
      path,
      200,
      cacheControl,
      origins,
    ]);
    expect(headers.get('etag')).not.toBeNull();
  }

  const first = await fetch(`${url}/v1/preview?${QUERY}&size=256&stage=final`);
  expect(first.status).toBe(200);
  expect(first.headers.get('content-type')).toBe('image/webp');
  expect(first.headers.get('x-preview-source')).toBe('gpu');
  const bytes = new Uint8Array(await first.arrayBuffer());
  expect([...bytes.subarray(0, 4)]).toEqual(WEBP);
  expect(performance.now() - began).toBeLessThan(patience(30_000));

  const again = await fetch(`${url}/v1/preview?${QUERY}&size=256&stage=final`);
  expect(again.headers.get('x-preview-source')).toBe('cache');
  expect(new Uint8Array(await again.arrayBuffer())).toEqual(bytes);

  const gpu = /GPU service\s+(http:\S+)\s+onnxruntime-node on (CPU|CUDA)/.exec(run.output())?.[1];
  const refused = await fetch(`${gpu}/v1/predictions`, { method: 'POST', body: '{}' });
  expect(refused.status).toBe(401);

  const processes = run.processes();
  expect(processes.map(({ command }) => command).join('\n')).toMatch(/serve\/main\.ts[\s\S]*workerd/);
  run.child.kill('SIGINT');
  expect(await run.ended()).toBe(0);
  expect(processes.filter(({ pid }) => isAlive(pid))).toEqual([]);
  expect(await refusesConnections(url)).toBe(true);
  expect(await refusesConnections(String(gpu))).toBe(true);
});

it('takes the next port when one is busy, and draws drafts without a GPU service', async () => {
  const busy = await freePort(0);
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(busy, '127.0.0.1', resolve));
  try {
    const run = start('--port', String(busy), '--no-gpu');
    const url = await run.url();
    expect(url).not.toBe(`http://127.0.0.1:${busy}`);
    expect(run.output()).toContain(`Port ${busy} is busy; the page takes ${new URL(url).port}.`);
    const draft = await fetch(`${url}/v1/preview?${QUERY}&size=64`);
    expect(draft.status).toBe(200);
    expect(draft.headers.get('x-preview-stage')).toBe('1');
    expect(draft.headers.get('x-preview-source')).toBe('edge');
    const processes = run.processes();
    run.child.kill('SIGTERM');
    await run.ended();
    await expect.poll(() => processes.filter(({ pid }) => isAlive(pid)), { timeout: 10_000 }).toEqual([]);
  } finally {
    holder.close();
  }
});

it('ends with the last lines of a process that dies', async () => {
  const run = start('--port', '0', '--gpu-port', '0');
  await run.url();
  const processes = run.processes();
  const gpu = processes.find(({ command }) => command.includes('serve/main.ts'));
  if (gpu === undefined) throw new Error('no GPU service among the processes');
  process.kill(gpu.pid, 'SIGKILL');
  expect(await run.ended()).not.toBe(0);
  expect(run.output()).toMatch(/gpu ended \(signal SIGKILL\)[\s\S]*gpu │ .*ready/);
  expect(processes.filter(({ pid }) => isAlive(pid))).toEqual([]);
});

it('explains its options when one cannot be read', async () => {
  const run = start('--port', 'ninety');
  expect(await run.ended()).not.toBe(0);
  expect(run.output()).toContain('is not a port number');
  expect(run.output()).toContain('--gpu-port N');
});
