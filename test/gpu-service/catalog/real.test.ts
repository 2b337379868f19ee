import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readOptions } from '../../../gpu-service/catalog/options.ts';
import type { DatasetRow } from '../../../gpu-service/catalog/rows.ts';
import { runCatalog } from '../../../gpu-service/catalog/run.ts';
import { CATALOGUE, HAS_CATALOGUE, NEEDS_CATALOGUE } from '../../support/catalogue.ts';
import { describeIf } from '../../support/skip.ts';

const SAMPLE = 150;

describeIf(HAS_CATALOGUE, NEEDS_CATALOGUE)('a sample of the real catalogue', () => {
  let folder = '';
  let sample: Record<string, string>[] = [];
  let rows: DatasetRow[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'catalog-real-'));
    const all: Record<string, string>[] = parse(readFileSync(path.join(CATALOGUE, 'catalog.csv')), {
      columns: true,
    });
    const flat = all.filter((row) => row.source === 'hm');
    const every = (list: Record<string, string>[], count: number) =>
      list.filter((_, i) => i % Math.floor(list.length / count) === 0).slice(0, count);
    sample = [
      ...every(flat, SAMPLE - 60),
      ...every(
        flat.filter((row) => row.colour === 'white'),
        20,
      ),
      ...every(
        flat.filter((row) => row.appearance === 'Stripe'),
        20,
      ),
      ...every(
        all.filter((row) => row.source !== 'hm'),
        20,
      ),
    ].filter((row, i, list) => list.findIndex((other) => other.id === row.id) === i);
    const header = Object.keys(sample[0] ?? {});
    const quote = (cell = ''): string => `"${cell.replaceAll('"', '""')}"`;
    const lines = sample.map((row) => header.map((column) => quote(row[column])).join(','));
    writeFileSync(path.join(folder, 'sample.csv'), `${header.join(',')}\n${lines.join('\n')}\n`);
    const out = path.join(folder, 'out');
    const options = readOptions([
      '--csv',
      path.join(folder, 'sample.csv'),
      '--images',
      path.join(CATALOGUE, 'images'),
      '--out',
      out,
      '--no-sheets',
    ]);
    if (!options.ok) throw new Error(options.error);
    const result = await runCatalog(options.value, { onStage: () => {}, onImages: () => {} });
    if (!result.ok) throw new Error(result.error);
    rows = readFileSync(path.join(out, 'rows.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as DatasetRow);
  }, 240_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const share = (list: readonly DatasetRow[], test: (row: DatasetRow) => boolean): number =>
    list.filter(test).length / list.length;
  const where = (test: (row: Record<string, string>) => boolean): DatasetRow[] =>
    rows.filter((_, i) => test(sample[i] ?? {}));

  it('accounts for every row and rejects none', () => {
    expect(rows).toHaveLength(sample.length);
    expect(rows.every(({ status }) => status === 'ok')).toBe(true);
  });

  it('keeps nearly all flat lays for the generator, white and striped ones included', () => {
    expect(
      share(
        where((row) => row.source === 'hm'),
        ({ usable }) => usable.generator,
      ),
    ).toBeGreaterThan(0.93);
    expect(
      share(
        where((row) => row.source === 'hm' && row.colour === 'white'),
        ({ usable }) => usable.generator,
      ),
    ).toBeGreaterThan(0.85);
    expect(
      share(
        where((row) => row.appearance === 'Stripe'),
        ({ usable }) => usable.generator,
      ),
    ).toBeGreaterThan(0.85);
  });

  it('keeps pictures worn by a model from the generator, not from the text', () => {
    const worn = where((row) => row.on_model === '1');
    expect(share(worn, ({ usable }) => usable.generator)).toBe(0);
    expect(share(worn, ({ usable }) => usable.text)).toBe(1);
  });

  it('measures white as white and black as black', () => {
    const middle = (word: string): number => {
      const plain = rows.filter((row) => row.solid && row.usable.generator && row.colorWord === word);
      const L = plain.map((row) => row.lab?.[0] ?? -1).sort((a, b) => a - b);
      return L[L.length >> 1] ?? -1;
    };
    expect(middle('white')).toBeGreaterThan(88);
    expect(middle('black')).toBeLessThan(25);
  });
});
