import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCreation } from '../../../gpu-service/serve/input.ts';

const VERSION = 'r1-0a1b2c3d';
const OTHER = 'r2-4d5e6f70';
const input = { tokens: [4, 9, 1], lab: [30, 10, 5], seed: 7 };
const codeOf = (body: unknown): string => {
  const read = readCreation(body, [VERSION, OTHER]);
  return read.ok ? 'ok' : read.error.code;
};

describe('readCreation', () => {
  it('fills in size and format', () => {
    const value = { ...input, size: 256, format: 'webp' };
    expect(readCreation({ input }, [VERSION])).toEqual({ ok: true, value: { input: value, model: VERSION } });
  });

  it.each([VERSION, `owner/name:${VERSION}`, 'owner/name', undefined])('serves version %j', (version) => {
    expect(codeOf({ input, version })).toBe('ok');
  });

  it('takes the version that is named, and the first where none is', () => {
    const modelOf = (body: unknown): string | null => {
      const read = readCreation(body, [VERSION, OTHER]);
      return read.ok ? read.value.model : null;
    };
    expect(modelOf({ input })).toBe(VERSION);
    expect(modelOf({ input, version: OTHER })).toBe(OTHER);
    expect(modelOf({ input: { ...input, model: OTHER } })).toBe(OTHER);
    expect(modelOf({ input: { ...input, model: OTHER }, version: VERSION })).toBe(null);
  });

  it('reads a row of pictures', () => {
    const row = { steps: [{ tokens: [1] }, { tokens: [1, 9], lab: [30, 10, 5] }], seed: 7 };
    const value = { input: { ...row, size: 256, format: 'webp' }, model: VERSION };
    expect(readCreation({ input: row }, [VERSION])).toEqual({ ok: true, value });
  });

  it('refuses another version, in the body or in the input', () => {
    expect(codeOf({ input, version: 'r2-00000000' })).toBe('model_mismatch');
    expect(codeOf({ input, version: 'owner/name:r2-00000000' })).toBe('model_mismatch');
    expect(codeOf({ input: { ...input, model: 'r2-00000000' } })).toBe('model_mismatch');
  });

  it.each([
    ['no input', {}],
    ['no tokens', { input: { ...input, tokens: [] } }],
    ['too many tokens', { input: { ...input, tokens: Array.from({ length: 17 }, () => 1) } }],
    ['padding among the tokens', { input: { ...input, tokens: [1, 0] } }],
    ['a token that no vocabulary has', { input: { ...input, tokens: [60_000] } }],
    ['a seed out of range', { input: { ...input, seed: 2 ** 32 } }],
    ['a colour that is none', { input: { ...input, lab: [200, 0, 0] } }],
    ['an unknown size', { input: { ...input, size: 512 } }],
    ['an unknown member', { input: { ...input, prompt: 'jeans' } }],
    ['a row without steps', { input: { steps: [], seed: 7 } }],
    ['a row with a token that no vocabulary has', { input: { steps: [{ tokens: [60_000] }], seed: 7 } }],
    ['a row that is a picture as well', { input: { ...input, steps: [{ tokens: [1] }] } }],
    ['a webhook', { input, webhook: 'https://example.com/' }],
  ])('refuses %s', (_, body) => {
    expect(codeOf(body)).toBe('bad_request');
  });

  it('is total on any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        expect(['bad_request', 'ok', 'model_mismatch']).toContain(codeOf(body));
        expect(['bad_request', 'ok', 'model_mismatch']).toContain(codeOf({ input: body }));
      }),
    );
  });
});
