import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { unshareMemory } from '../../../workers/build/unshare-memory.ts';

const require = createRequire(import.meta.url);
const published = readFileSync(require.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));

describe('unshareMemory', () => {
  it('changes one byte of the published module, which then imports unshared memory', () => {
    const changed = unshareMemory(published);
    const at = changed.findIndex((byte, index) => byte !== published[index]);
    expect([published[at], changed[at]]).toEqual([3, 1]);
    expect(Buffer.compare(changed.subarray(at + 1), published.subarray(at + 1))).toBe(0);
    expect(WebAssembly.validate(Uint8Array.from(changed))).toBe(true);
  });

  it('refuses a module that needs no change, or is none', () => {
    expect(() => unshareMemory(unshareMemory(published))).toThrow('not shared');
    expect(() => unshareMemory(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))).toThrow('imports no memory');
    expect(() => unshareMemory(published.subarray(0, 3_000))).toThrow();
  });
});
