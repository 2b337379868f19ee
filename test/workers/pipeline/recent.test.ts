import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRecent } from '../../../workers/pipeline/recent.ts';

it('has what was used last, and lets go of what was not', () => {
  const recent = createRecent<number>(4);
  recent.set('a', 1);
  recent.set('b', 2);
  expect(recent.get('a')).toBe(1);
  recent.set('c', 3);
  expect(recent.get('a')).toBe(1);
  recent.set('d', 4);
  expect([recent.get('a'), recent.get('b'), recent.get('c')]).toEqual([1, undefined, 3]);
  recent.set('c', 5);
  expect([recent.get('a'), recent.get('c')]).toEqual([1, 5]);
});

it('never gives another value than the last one set, and always the half used last', () => {
  const step = fc.record({ key: fc.constantFrom(...'abcdefgh'), write: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const recent = createRecent<number>(6);
      const written = new Map<string, number>();
      let used: string[] = [];
      for (const [at, { key, write }] of steps.entries()) {
        const found = recent.get(key);
        expect([undefined, written.get(key)]).toContain(found);
        if (used.slice(0, 3).includes(key)) expect(found).toBe(written.get(key));
        if (write) {
          recent.set(key, at);
          written.set(key, at);
        }
        if (write || found !== undefined) used = [key, ...used.filter((other) => other !== key)];
      }
    }),
  );
});
