import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FORMATS, MAX_SEED, SIZES, STAGES } from '../../../shared/contract/limits.ts';
import { readPreviewParams } from '../../../shared/contract/preview-params.ts';
import { previewPath } from '../../../shared/contract/preview-path.ts';

const params = fc.record(
  {
    seed: fc.nat(MAX_SEED),
    size: fc.constantFrom(...SIZES),
    format: fc.constantFrom(...FORMATS),
    stage: fc.constantFrom(...STAGES),
    v: fc.constantFrom('r1-0123abcd', 'r12-ffffffff'),
  },
  { requiredKeys: ['seed', 'size', 'format', 'stage'] },
);

describe('parameters of a preview', () => {
  it('are read back from the address that is built of them', () => {
    fc.assert(
      fc.property(params, (given) => {
        const url = new URL(previewPath('black-pants', given), 'https://shop.example');
        const [, format = ''] = url.pathname.split('.');
        expect(readPreviewParams({ ...Object.fromEntries(url.searchParams), format })).toEqual({
          ok: true,
          value: given,
        });
        const names = [...url.searchParams.keys()];
        expect(names).toEqual(names.toSorted());
      }),
    );
  });

  it('read any text without throwing, and faults name their parameter', () => {
    const text = fc.string({ unit: 'binary' });
    const any = fc.record(
      { seed: text, size: text, format: text, stage: text, v: text },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(any, (given) => {
        const read = readPreviewParams(given);
        if (!read.ok) expect(read.error).toMatchObject({ code: 'bad_request' });
      }),
    );
    expect(readPreviewParams({ seed: '01e3', size: '9' })).toMatchObject({
      error: {
        detail: 'seed must be a whole number from 0 to 4294967295; size must be one of 64, 128, 256.',
      },
    });
  });

  it('have defaults; an unknown or empty one does not matter', () => {
    expect(readPreviewParams({ utm_source: 'mail', seed: '' })).toEqual({
      ok: true,
      value: { seed: 7, size: 256, format: 'webp', stage: 'auto' },
    });
    expect(previewPath('black-pants')).toBe('/v1/preview/black-pants.webp');
  });
});
