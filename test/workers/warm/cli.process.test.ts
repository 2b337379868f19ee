import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT, type RunningService, startServiceProcess, TOKEN } from '../../gpu-service/serve/process.ts';
import { startWorker, type WorkerUnderTest } from '../../support/worker.ts';

/** The command, against a Worker with its Queue and a GPU service. */

let service: RunningService;
let worker: WorkerUnderTest;
let folder: string;
beforeAll(async () => {
  service = await startServiceProcess();
  worker = await startWorker({ GPU_URL: service.url, GPU_TOKEN: TOKEN });
  folder = await mkdtemp(join(tmpdir(), 'restgan-warm-'));
});
afterAll(async () => {
  await worker?.stop();
  service?.process.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

it('draws a list of queries ahead of time, and a second run nothing', async () => {
  const file = join(folder, 'queries.txt');
  await writeFile(
    file,
    '# the window of this week\nblack pants\n\nblue jeans\nblack pants\n#7b1f2b shorts\n',
  );
  const warm = async (): Promise<string> => {
    const args = ['workers/warm/cli.ts', file, '--base', worker.url, '--size', '64'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
    return stdout;
  };
  expect(await warm()).toContain('3 ready, 0 refused, 0 still queued.');
  expect((await worker.kv.list()).keys).toHaveLength(3);
  const drawn = service.log.filter(({ msg }) => msg === 'prediction').length;
  expect(await warm()).toContain('3 of 3 were done before');
  expect(service.log.filter(({ msg }) => msg === 'prediction')).toHaveLength(drawn);
});
