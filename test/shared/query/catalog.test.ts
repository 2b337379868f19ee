import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { slugOf, tokenise, tokeniseSlug } from '../../../shared/query/index.ts';
import { toWords } from '../../../shared/query/normalise.ts';
import { STOP_WORDS } from '../../../shared/query/words.ts';
import { CATALOGUE, HAS_CATALOGUE } from '../../support/catalogue.ts';
import { TITLES } from './titles.ts';

const rowSchema = z.object({ title: z.string(), type: z.string() });

const real = () =>
  z.array(rowSchema).parse(parse(readFileSync(join(CATALOGUE, 'catalog.csv')), { columns: true, bom: true }));
/** The real catalogue where it lies beside the checkout; the written titles hold everywhere. */
const CATALOGS = {
  'titles in the manner of a shop': () => TITLES,
  ...(HAS_CATALOGUE ? { 'the real catalogue': real } : {}),
};

describe.each(Object.entries(CATALOGS))('%s', (_, titles) => {
  test('nearly all are understood, and each survives its URL form', () => {
    const all = titles();
    const failed: string[] = [];
    const lost: string[] = [];
    let words = 0;
    let unknown = 0;
    let typed = 0;
    let wrongType = 0;
    for (const { title, type } of all) {
      const query = tokenise(title);
      if (!query.ok) {
        failed.push(title);
        continue;
      }
      const again = tokeniseSlug(slugOf(query.value));
      if (!again.ok || again.value.canonical !== query.value.canonical) lost.push(title);
      words += toWords(title).filter((word) => !STOP_WORDS.has(word)).length;
      unknown += query.value.unknown.length;
      const read = query.value.tokens.find((token) => token.kind === 'type');
      if (read?.text !== '') {
        typed += 1;
        if (read?.word !== type) wrongType += 1;
      }
    }
    expect(lost).toEqual([]);
    expect(failed.length / all.length).toBeLessThan(0.002);
    // Mostly cloth ("stretch", "viscose") and brands.
    expect(unknown / words).toBeLessThan(0.3);
    expect(wrongType / typed).toBeLessThan(0.01);
  });
});
