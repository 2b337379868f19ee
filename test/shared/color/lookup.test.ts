import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  inGamut,
  labToRgb8,
  lookupColor,
  matchColor,
  nearestCluster,
  rgb8ToHex,
} from '../../../shared/color/index.ts';
import { SHADINGS, TINTS } from '../../../shared/color/modifiers.ts';
import { allEntries, CLUSTERS } from '../../../shared/color/table.ts';

const entries = allEntries();
const name = fc.constantFrom(...entries.map((entry) => entry.name));
const modifier = fc.constantFrom(...[...SHADINGS, ...TINTS].flatMap(({ words }) => words));
const hex = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);

/** Texts near the grammar: colour words, modifiers, hex, ordinary words and any Unicode. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc
    .array(fc.oneof(name, modifier, hex, fc.string({ maxLength: 8 }), fc.constant('coloured')), {
      maxLength: 6,
    })
    .map((words) => words.join(' ')),
);

describe('lookupColor', () => {
  it('answers for any string, with a displayable colour that its own name leads back to', () => {
    fc.assert(
      fc.property(text, (input) => {
        const color = lookupColor(input);
        if (color === null) return;
        expect(inGamut(color.lab)).toBe(true);
        expect(color.cluster).toBe(nearestCluster(color.lab));
        expect(lookupColor(color.name)).toEqual(color);
      }),
      { numRuns: 2000 },
    );
  });

  it('knows every name of the table, in gamut, and with hyphens or in one word as well', () => {
    for (const entry of entries) {
      expect(inGamut(entry.lab), entry.name).toBe(true);
      const found = lookupColor(entry.name);
      expect(found, entry.name).toMatchObject({ name: entry.name, source: entry.source, lab: entry.lab });
      expect(lookupColor(entry.name.replaceAll(' ', '-')), entry.name).toEqual(found);
      expect(lookupColor(entry.name.replaceAll(' ', '').toUpperCase()), entry.name).toEqual(found);
    }
  });

  it('takes hex colours exactly, and words that only look like one as words', () => {
    fc.assert(
      fc.property(hex, (color) => {
        const found = lookupColor(color);
        expect(found).toMatchObject({ name: color, source: 'hex' });
        expect(found && rgb8ToHex(labToRgb8(found.lab))).toBe(color);
        expect(lookupColor(color.toUpperCase())).toEqual(found);
      }),
    );
    expect(lookupColor('#abc')?.name).toBe('#aabbcc');
    expect(lookupColor('7b1f2b')?.name).toBe('#7b1f2b');
    for (const word of ['beaded', 'facade', 'decade', '#12', '#12345', '#gggggg', '# 7b1f2b'])
      expect(lookupColor(word)).toBeNull();
  });

  it('asks the catalogue, then CSS, XKCD and the name list, then composes', () => {
    const sources = ['dark blue', 'tomato', 'dusty rose', 'stone grey', 'dark tomato'].map(
      (word) => lookupColor(word)?.source,
    );
    expect(sources).toEqual(['catalog', 'css', 'xkcd', 'list', 'css']);
  });

  it.each([
    ['Navy Blue', 'navy'],
    ['light gray', 'light grey'],
    ['offwhite', 'off white'],
    ['Off-White', 'off white'],
    ['greenish khaki', 'khaki green'],
    ['darker blue', 'dark blue'],
    ['rust coloured', 'rust'],
    ['navy-colored', 'navy'],
    ['rosé'.normalize('NFD'), 'rose'],
    ['dark dusty navy blue', 'dark dusty navy'],
  ])('%s is %s', (said, canonical) => {
    expect(lookupColor(said)?.name).toBe(canonical);
  });

  it.each([
    '',
    ' ',
    '-',
    '#',
    '###',
    'é',
    'coloured',
    'dark',
    'very',
    'pale pastel',
    'dark #ff0000',
    'blue jeans',
    '🟦',
  ])('%j names no colour', (said) => {
    expect(lookupColor(said)).toBeNull();
  });

  it.each([
    'jeans',
    'denim',
    'linen',
    'cotton',
    'chino',
    'women',
    'short',
    'ripped',
    'capri',
    'leather',
    'hot',
    'summer',
    'star',
  ])('%s stays a shop word', (word) => {
    expect(lookupColor(word)).toBeNull();
  });
});

describe('matchColor', () => {
  it('takes the longest colour that begins at the place, and nothing for no words', () => {
    expect(matchColor([], 0)).toBeNull();
    expect(matchColor(['blue'], 1)).toBeNull();
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            name.map((n) => n.split(' ')),
            modifier.map((m) => [m]),
            fc.constant(['jeans']),
          ),
          { maxLength: 4 },
        ),
        fc.nat(6),
        (parts, start) => {
          const words = parts.flat();
          const match = matchColor(words, start);
          if (match === null) {
            for (let end = start + 1; end <= words.length; end++)
              expect(lookupColor(words.slice(start, end).join(' '))).toBeNull();
            return;
          }
          expect(match.length).toBeGreaterThan(0);
          expect(match.color).toEqual(lookupColor(words.slice(start, start + match.length).join(' ')));
          for (let end = start + match.length + 1; end <= words.length; end++) {
            expect(lookupColor(words.slice(start, end).join(' '))).toBeNull();
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('stops before the garment', () => {
    expect(matchColor(['womens', 'light', 'dusty', 'blue', 'jeans'], 1)).toMatchObject({
      length: 3,
      color: { name: 'light dusty blue' },
    });
    expect(matchColor(['black', 'white'], 0)).toMatchObject({ length: 1 });
  });
});

describe('nearestCluster', () => {
  it('finds every centre itself', () => {
    expect(CLUSTERS.length).toBeGreaterThanOrEqual(8);
    expect(CLUSTERS.map(nearestCluster)).toEqual(CLUSTERS.map((_, at) => at));
  });
});
