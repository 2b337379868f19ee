import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDrawnCatalog } from '../../../gpu-service/catalog/drawn/catalog.ts';
import { type Options, readOptions } from '../../../gpu-service/catalog/options.ts';
import type { DatasetRow } from '../../../gpu-service/catalog/rows.ts';
import { runCatalog } from '../../../gpu-service/catalog/run.ts';
import { deltaE, lookupColor } from '../../../shared/color/index.ts';
import { VOCABULARY } from '../../../shared/query/index.ts';

/** More rows than two chunks, so that a stopped run has something to go on from. */
const COUNT = 140;
const FILES = [
  'rows.jsonl',
  'dataset.json',
  'colors.json',
  'report.json',
  'rgba64.bin',
  'rgba256.bin',
] as const;

let folder = '';
let catalog = '';
let first = '';

async function run(out: string, more: readonly string[] = []) {
  const args = [
    '--csv',
    path.join(catalog, 'catalog.csv'),
    '--images',
    path.join(catalog, 'images'),
    '--out',
    out,
    ...more,
  ];
  const options = readOptions(args);
  if (!options.ok) throw new Error(options.error);
  return runWith(options.value);
}

async function runWith(options: Options) {
  let resumed = 0;
  const result = await runCatalog(options, {
    onStage: () => {},
    onImages: (_done, _total, from) => {
      resumed = from;
    },
  });
  if (!result.ok) throw new Error(result.error);
  return { report: result.value, resumed };
}

const rowsOf = (out: string): DatasetRow[] =>
  readFileSync(path.join(out, 'rows.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as DatasetRow);

function expectEqualFiles(a: string, b: string): void {
  for (const file of FILES) {
    expect(readFileSync(path.join(a, file)).equals(readFileSync(path.join(b, file))), file).toBe(true);
  }
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'catalog-run-'));
  catalog = path.join(folder, 'catalog');
  first = path.join(folder, 'first');
  await writeDrawnCatalog(catalog, COUNT, 1);
  await run(first);
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the drawn catalogue, end to end', () => {
  it('accounts for every row, in order', () => {
    const rows = rowsOf(first);
    expect(rows.map(({ row }) => row)).toEqual([...Array(COUNT).keys()]);
    expect(rows.filter(({ usable }) => usable.generator).length).toBeGreaterThan(COUNT * 0.75);
    const report = JSON.parse(readFileSync(path.join(first, 'report.json'), 'utf8'));
    expect(report.rows).toEqual({ in: COUNT, accounted: COUNT, ok: COUNT, rejected: 0 });
  });

  it('packs one 64-px picture for each row that names one, and 256 px where there is detail', () => {
    const rows = rowsOf(first);
    const { packs } = JSON.parse(readFileSync(path.join(first, 'dataset.json'), 'utf8'));
    expect(readFileSync(path.join(first, 'rgba64.bin')).length).toBe(packs.rgba64.shape[0] * 64 * 64 * 4);
    expect(readFileSync(path.join(first, 'rgba256.bin')).length).toBe(packs.rgba256.shape[0] * 256 * 256 * 4);
    const used = rows.flatMap(({ pack64 }) => (pack64 === null ? [] : [pack64]));
    expect(new Set(used).size).toBe(used.length);
    expect(Math.max(...used)).toBeLessThan(packs.rgba64.shape[0]);
    expect(
      rows.every(({ usable, pack64, pack256 }) => !usable.generator || (pack64 !== null && pack256 !== null)),
    ).toBe(true);
  });

  it('measures the colour that was drawn', () => {
    const plain = rowsOf(first).filter(
      ({ solid, usable, colorWord }) => solid && usable.generator && colorWord !== null,
    );
    expect(plain.length).toBeGreaterThan(30);
    const errors = plain.map(({ lab, colorWord }) => {
      const asked = lookupColor(colorWord ?? '')?.lab;
      return lab === null || asked === undefined ? 99 : deltaE(lab, asked);
    });
    errors.sort((a, b) => a - b);
    expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(5);
  });

  it('says the words that were drawn', () => {
    const words = new Set(rowsOf(first).flatMap((row) => row.words));
    for (const word of [
      'skinny',
      'wide leg',
      'straight',
      'striped',
      'checked',
      'ripped',
      'high waist',
      'drawstring',
      'denim',
      'solid',
    ]) {
      expect(words, word).toContain(word);
    }
    for (const row of rowsOf(first)) {
      expect(row.tokens.length).toBe(row.words.length);
      const groups = row.tokens
        .map((id) => VOCABULARY.find((token) => token.id === id)?.group)
        .filter((group) => group !== undefined);
      expect(new Set(groups).size, row.id).toBe(groups.length);
    }
  });

  it('keeps a product’s variants in one split when the catalogue names none', () => {
    const splits = new Map<string, Set<string>>();
    for (const { style, split } of rowsOf(first))
      splits.set(style, (splits.get(style) ?? new Set()).add(split));
    expect([...splits.values()].every((found) => found.size === 1)).toBe(true);
    expect(new Set(rowsOf(first).map(({ split }) => split)).size).toBeGreaterThan(1);
  });
});

describe('running again', { timeout: 120_000 }, () => {
  it('gives the same bytes with another number of threads', async () => {
    const second = path.join(folder, 'second');
    const { resumed } = await run(second, ['--workers', '1', '--no-sheets']);
    expect(resumed).toBe(0);
    expectEqualFiles(first, second);
  });

  it('goes on where a killed run stopped, whatever half-written rest it left', async () => {
    const third = path.join(folder, 'second');
    const journal = path.join(third, '.work', 'images.jsonl');
    const lines = readFileSync(journal, 'utf8').split('\n');
    writeFileSync(journal, `${lines.slice(0, 2).join('\n')}\n${(lines[2] ?? '').slice(0, 500)}`);
    appendFileSync(path.join(third, 'rgba64.bin'), Buffer.alloc(999, 7));
    truncateSync(path.join(third, 'rgba256.bin'), 70 * 256 * 256 * 4 - 5);
    const { resumed } = await run(third, ['--no-sheets']);
    expect(resumed).toBe(64);
    expectEqualFiles(first, third);
  });

  it('starts afresh when the pictures are others', async () => {
    const { resumed, report } = await run(path.join(folder, 'second'), ['--no-sheets', '--limit', '20']);
    expect(resumed).toBe(0);
    expect(report.rows.in).toBe(20);
  });
});

describe('a catalogue with faults', { timeout: 120_000 }, () => {
  it('names every bad row, loses none and never throws', async () => {
    const csv = path.join(folder, 'faulty.csv');
    const image = 'drawn-0001.jpg';
    writeFileSync(path.join(catalog, 'images', 'broken.jpg'), 'no picture');
    const rows = [
      `1,Black jeans,${image}`,
      `1,Black jeans,${image}`,
      `2,,${image}`,
      '3,Black jeans,',
      '4,Black jeans,none.jpg',
      '5,Black jeans,broken.jpg',
      `6,?????,${image}`,
    ];
    writeFileSync(csv, `id,title,image\n${rows.join('\n')}\n`);
    const out = path.join(folder, 'faulty');
    const { report } = await run(out, ['--csv', csv]);
    const found = rowsOf(out);
    expect(found.map(({ status, reasons }) => [status, reasons])).toEqual([
      ['ok', expect.not.arrayContaining(['missing'])],
      ['rejected', ['duplicate_id']],
      ['rejected', expect.arrayContaining(['no_title'])],
      ['rejected', ['no_image_name']],
      ['rejected', ['missing']],
      ['rejected', ['corrupt']],
      ['ok', expect.arrayContaining(['no_type'])],
    ]);
    expect(report.rows).toMatchObject({ in: 7, accounted: 7 });
    expect(report.stages.reading?.duplicate_id).toEqual({ count: 1, examples: ['1'] });
    expect(found[4]?.usable).toEqual({ generator: false, classifier: false, text: true });
  });

  it('answers wrong options and a missing catalogue with a sentence', async () => {
    expect(readOptions(['--csv', 'x', '--images', 'y'])).toEqual({ ok: false, error: '--out is missing.' });
    expect(readOptions(['--nonsense'])).toMatchObject({ ok: false });
    expect(
      readOptions(['--csv', 'x', '--images', 'y', '--out', 'z', '--columns', 'price=Preis']),
    ).toMatchObject({ ok: false });
    await expect(run(path.join(folder, 'nowhere'), ['--csv', 'none.csv'])).rejects.toThrow(
      'none.csv cannot be read',
    );
  });
});
