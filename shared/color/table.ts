import type { Lab } from '../contract/picture.ts';
import { hexToRgb8, rgb8ToLab, roundLab } from './lab.ts';
import json from './table.json' with { type: 'json' };
import type { ColorSource } from './types.ts';

/** One named colour of the committed table, which `npm run colors:build` writes. */
export interface TableEntry {
  /** Canonical name: lower-case words with single spaces, "grey" spelt with e. */
  readonly name: string;
  readonly source: Exclude<ColorSource, 'hex'>;
  readonly lab: Lab;
  /** Measured shades of the word, for a catalogue word that stands for a range; else empty. */
  readonly shades: readonly Lab[];
}

/** The file as `npm run colors:build` writes it: names are already folded (`a-z` and single spaces). */
interface TableFile {
  readonly version: number;
  readonly clusters: readonly (readonly number[])[];
  readonly catalog: readonly {
    readonly name: string;
    readonly lab: readonly number[];
    readonly shades: readonly (readonly number[])[];
  }[];
  /** Lines of "name rrggbb". */
  readonly css: string;
  readonly xkcd: string;
  readonly list: string;
  /** Lines of "spelling=name". */
  readonly aliases: string;
}

const table: TableFile = json;

/** Changes with every change of meaning in the table; the model's manifest names the one it was built with. */
export const COLOR_TABLE_VERSION: number = table.version;

/** Centres of the catalogue's colour clusters (k-means in D65 Lab), in the dataset's order. */
export const CLUSTERS: readonly Lab[] = table.clusters.map(toLab);

/** The entry stored under a key (`colorKey`), or undefined. Spellings that mean another entry lead to it. */
export function findEntry(key: string): TableEntry | undefined {
  index ??= buildIndex();
  const row = index.get(key);
  return row === undefined ? undefined : resolve(row);
}

/** Every entry that can be found, the most trusted source first. For pictures of the table and for tests. */
export function allEntries(): TableEntry[] {
  index ??= buildIndex();
  return [...new Set(index.values())].map(resolve);
}

/** Most words that a name of the table has. */
export const MAX_NAME_WORDS = 4;

/** A row as kept in the index: Lab of a listed name is worked out when it is first asked for. */
type Row =
  | TableEntry
  | { readonly name: string; readonly source: 'css' | 'xkcd' | 'list'; readonly hex: string };

let index: Map<string, Row> | null = null;

/** Built on first use, so that a Worker that only serves cached pictures never pays for it. */
function buildIndex(): Map<string, Row> {
  const rows = new Map<string, Row>();
  const add = (name: string, row: Row) => {
    const key = keyOfName(name);
    if (!rows.has(key)) rows.set(key, row);
  };
  for (const word of table.catalog) {
    add(word.name, {
      name: word.name,
      source: 'catalog',
      lab: toLab(word.lab),
      shades: word.shades.map(toLab),
    });
  }
  for (const source of ['css', 'xkcd', 'list'] as const) {
    for (const line of lines(table[source])) {
      const name = line.slice(0, -7);
      add(name, { name, source, hex: line.slice(-6) });
    }
  }
  for (const line of lines(table.aliases)) {
    const [spelling = '', name = ''] = line.split('=');
    const target = rows.get(keyOfName(name));
    if (target !== undefined) add(spelling, target);
  }
  return rows;
}

function resolve(row: Row): TableEntry {
  if ('lab' in row) return row;
  return { name: row.name, source: row.source, lab: roundLab(rgb8ToLab(hexToRgb8(row.hex))), shades: [] };
}

/** `colorKey` of a name of the table, which needs no more folding than this: 4,000 of them are read at once. */
const keyOfName = (name: string): string => name.replaceAll(' ', '').replaceAll('grey', 'gray');

function lines(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}

function toLab(values: readonly number[]): Lab {
  const [L = 0, a = 0, b = 0] = values;
  return [L, a, b];
}
