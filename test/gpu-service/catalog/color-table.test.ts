import { describe, expect, it } from 'vitest';
import { inPlainSense } from '../../../gpu-service/catalog/color-sense.ts';
import { buildColorTable, measuredColorsSchema } from '../../../gpu-service/catalog/color-table.ts';
import { inGamut } from '../../../shared/color/index.ts';
import table from '../../../shared/color/table.json' with { type: 'json' };
import { allEntries, CLUSTERS } from '../../../shared/color/table.ts';
import type { Lab } from '../../../shared/contract/picture.ts';
import { VOCABULARY } from '../../../shared/query/vocabulary.ts';

const around = ([L, a, b]: Lab, count: number): Lab[] =>
  Array.from({ length: count }, (_, at) => [L + (at % 5) - 2, a + (at % 3) - 1, b + (at % 4) - 1.5]);

const measured = measuredColorsSchema.parse({
  whitePoint: 'D65',
  k: 2,
  centroids: [
    [20, 4, -13],
    [80, 3, 13],
  ],
  words: {
    'navy blue': { count: 40, lab: [14, 0, -6], shades: around([14, 0, -6], 30) },
    blue: { count: 90, lab: [58, -1, -22], shades: [...around([58, -1, -22], 30), [30, 40, 0]] },
    'other pink': { count: 50, lab: [64, 50, 7], shades: [] },
    unknown: { count: 50, lab: [40, 0, 0], shades: [] },
    mauve: { count: 19, lab: [50, 20, -5], shades: [] },
    green: { count: 60, lab: [63, -7, 3], shades: around([63, -7, 3], 20) },
    orange: { count: 60, lab: [60, 120, 110], shades: [] },
  },
});

describe('buildColorTable', async () => {
  const { table: built } = await buildColorTable(measured);
  const words = new Map(built.catalog.map((word) => [word.name, word]));

  it('takes a catalogue word by its measured Lab, brought into sRGB, under the name that shoppers use', () => {
    expect(words.get('navy')?.lab).toEqual([14, 0, -6]);
    expect(words.get('blue')?.lab).toEqual([58, -1, -22]);
    expect(words.get('orange')?.lab[0]).toBe(60);
    expect(built.catalog.every(({ lab }) => inGamut(lab))).toBe(true);
  });

  it('leaves out words that are no colour, that too few garments have, or that measure as another colour', () => {
    expect([...words.keys()].sort()).toEqual(['blue', 'navy', 'orange']);
    expect(built.list).toMatch(/^green 3b7a4b$/m);
  });

  it('keeps shades of single words, near the centre only', () => {
    expect(words.get('blue')?.shades.length).toBeGreaterThan(8);
    expect(words.get('blue')?.shades).not.toContainEqual([30, 40, 0]);
  });

  it('names each colour once, and nothing that the vocabulary has', () => {
    const lists = [built.css, built.xkcd, built.list]
      .join('\n')
      .split('\n')
      .map((line) => line.slice(0, -7));
    const names = [...words.keys(), ...lists].map((name) => name.replaceAll(' ', ''));
    expect(new Set(names).size).toBe(names.length);
    const terms = VOCABULARY.flatMap(({ word, synonyms }) => [word, ...synonyms]).map((term) =>
      term.replaceAll(' ', ''),
    );
    expect(terms.filter((term) => names.includes(term))).toEqual([]);
  });

  it('works without a catalogue', async () => {
    const { table: bare } = await buildColorTable(null);
    expect(bare.catalog).toEqual([]);
    expect(bare.clusters.length).toBeGreaterThan(8);
    expect(bare.css).toMatch(/^tomato ff6347$/m);
  });
});

describe('the committed table', () => {
  it('was built from the name lists and the vocabulary as they are: else run npm run colors:build', async () => {
    const catalog = table.catalog.map(
      ({ name, lab, shades }) => [name, { count: 1000, lab, shades }] as const,
    );
    const again = measuredColorsSchema.parse({
      k: CLUSTERS.length,
      centroids: CLUSTERS,
      words: Object.fromEntries(catalog),
    });
    const { table: rebuilt } = await buildColorTable(again);
    expect(rebuilt.css).toBe(table.css);
    expect(rebuilt.xkcd).toBe(table.xkcd);
    expect(rebuilt.list).toBe(table.list);
    expect(rebuilt.aliases).toBe(table.aliases);
  });

  it('fits a Worker: under 60 kB compressed, at most 6,000 names', async () => {
    const { gzipSync } = await import('node:zlib');
    expect(gzipSync(JSON.stringify(table)).length).toBeLessThan(60_000);
    expect(allEntries().length).toBeLessThan(6_000);
  });
});

describe('inPlainSense', () => {
  const green: Lab[] = around([45, -30, 20], 12);
  const greyish: Lab[] = around([63, -5, 3], 20);

  it('moves a word to the garments that are of its hue', () => {
    const found = inPlainSense('green', { lab: [63, -5, 3], shades: [...greyish, ...green] });
    expect(found && green).toContainEqual(found?.lab);
  });

  it('gives up when too few are, and leaves other words as measured', () => {
    expect(
      inPlainSense('dark green', { lab: [63, -5, 3], shades: [...greyish, ...green.slice(1)] }),
    ).toBeNull();
    const khaki = { lab: [43, -1, 11] as const, shades: [] };
    expect(inPlainSense('khaki green', khaki)).toBe(khaki);
    const beige = { lab: [77, 5, 15] as const, shades: [] };
    expect(inPlainSense('light beige', beige)).toBe(beige);
  });
});
