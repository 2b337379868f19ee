import { describe, expect, it } from 'vitest';
import { readManifest } from '../../../shared/model/manifest.ts';
import { VOCABULARY_VERSION } from '../../../shared/query/vocabulary.ts';

const graph = (name: string) => ({ file: `${name}.onnx`, sha256: 'ab'.repeat(32), bytes: 10 });
const manifest = {
  version: 'r1-0a1b2c3d',
  vocabularyVersion: VOCABULARY_VERSION,
  colorTableVersion: 1,
  latent: 96,
  tokens: 16,
  graphs: { stage1: graph('stage1'), restgan: graph('restgan'), classifier: graph('classifier') },
  training: { images: 100 },
  licence: 'MIT',
};

describe('readManifest', () => {
  it('takes what export writes', () => {
    expect(readManifest(manifest)).toEqual({ ok: true, value: manifest });
  });

  it('names every fault at once', () => {
    const result = readManifest({ ...manifest, version: '', latent: 64 });
    expect(result.ok).toBe(false);
    expect(result.ok ? '' : result.error).toMatch(/version[\s\S]*latent/);
  });

  it('refuses a model of another vocabulary', () => {
    const result = readManifest({ ...manifest, vocabularyVersion: VOCABULARY_VERSION + 1 });
    expect(result.ok ? '' : result.error).toMatch(/vocabulary version/);
  });

  it('refuses graph files outside the model directory', () => {
    const stage1 = { ...graph('stage1'), file: '../secret.onnx' };
    expect(readManifest({ ...manifest, graphs: { ...manifest.graphs, stage1 } }).ok).toBe(false);
  });
});
