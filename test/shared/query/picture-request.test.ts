import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_SEED } from '../../../shared/contract/limits.ts';
import { previewKey } from '../../../shared/contract/picture.ts';
import { tokenise } from '../../../shared/query/index.ts';
import { pictureRequest } from '../../../shared/query/picture-request.ts';

const choice = { model: 'r1-00000000', seed: 7, size: 256, format: 'webp', stage: 'final' } as const;

function request(text: string, seed = 7) {
  const query = tokenise(text);
  if (!query.ok) throw new Error(query.error.detail);
  return pictureRequest(query.value, { ...choice, seed });
}

describe('pictureRequest', () => {
  it('has the ids of the words in typed order, and the choices as they are', () => {
    const { tokens, lab, ...rest } = request("women's red skinny jeans");
    expect(tokens).toEqual([4, 9, 16, 2]);
    expect(lab).not.toBeNull();
    expect(rest).toEqual(choice);
  });

  it('draws a usual colour by the seed where none is named, so that naming one last changes the colour alone', () => {
    const plain = request('womens skinny pants');
    expect(plain).toEqual(request('womens skinny pants'));
    expect(plain.tokens).toEqual(request('womens skinny pants red').tokens);
    const drawn = Array.from({ length: 20 }, (_, seed) => String(request('womens skinny pants', seed).lab));
    expect(new Set(drawn).size).toBeGreaterThan(4);
    expect(request('denim shorts', 0).lab).not.toEqual(request('linen shorts', 0).lab);
  });

  it('renders #hex exactly, whatever the seed', () => {
    const colors = [1, 2, 3].map((seed) => request('#7b1f2b pants', seed).lab);
    expect(new Set(colors.map(String)).size).toBe(1);
  });

  it('is the same picture and key for queries that mean the same', () => {
    expect(request('Trousers, WOMENS black')).toEqual(request('pants women black'));
  });

  it('has no digit of colour that its key lacks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_SEED }), (seed) => {
        const made = request('dark blue jeans', seed);
        expect(previewKey(made)).toContain(made.lab?.map((value) => value.toFixed(2)).join('_'));
        expect(made.lab?.every((value) => Math.abs(value * 100 - Math.round(value * 100)) < 1e-9)).toBe(true);
      }),
    );
  });
});
