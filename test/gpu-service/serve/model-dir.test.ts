import { cp, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_MODEL_DIR } from '../../../gpu-service/serve/config.ts';
import { readModel } from '../../../gpu-service/serve/model-dir.ts';

describe('readModel', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'restgan-model-'));
    await cp(DEFAULT_MODEL_DIR, dir, { recursive: true });
  });
  afterEach(() => rm(dir, { recursive: true }));

  const fault = async (): Promise<string> => {
    const model = await readModel(dir);
    return model.ok ? '' : model.error;
  };

  it('takes the committed model', async () => {
    expect((await readModel(dir)).ok).toBe(true);
  });

  it('refuses a graph that was cut short', async () => {
    await truncate(join(dir, 'restgan.onnx'), 1_000);
    expect(await fault()).toMatch(/restgan\.onnx has 1000 bytes/);
  });

  it('refuses a graph of another export', async () => {
    const model = await readModel(dir);
    const bytes = model.ok ? model.value.manifest.graphs.stage1.bytes : 0;
    await writeFile(join(dir, 'stage1.onnx'), Buffer.alloc(bytes));
    expect(await fault()).toMatch(/SHA-256/);
  });

  it('names a missing graph, and a missing or broken manifest', async () => {
    await rm(join(dir, 'stage1.onnx'));
    expect(await fault()).toMatch(/cannot read the graph .*stage1\.onnx/);
    await writeFile(join(dir, 'manifest.json'), '{');
    expect(await fault()).toMatch(/manifest\.json/);
    await rm(join(dir, 'manifest.json'));
    expect(await fault()).toMatch(/manifest\.json/);
  });
});
