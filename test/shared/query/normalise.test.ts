import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toWords } from '../../../shared/query/normalise.ts';

it('plain text has the words that it has where there is something to fold', () => {
  const plain = fc.string({ unit: fc.constantFrom(...'abefhxABEFHXZ0179  --') });
  fc.assert(
    // A zero-width space is left out, and plain text has none.
    fc.property(plain, (text) => {
      expect(toWords(text)).toEqual(toWords(`${text}\u200b`));
    }),
    { numRuns: 2_000 },
  );
});
