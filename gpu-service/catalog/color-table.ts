import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { colornames } from 'color-name-list';
import { colornames as bestOf } from 'color-name-list/bestof';
import { colorsNamed } from 'culori/fn';
import { z } from 'zod';
import { colorKey, foldWord, splitWords } from '../../shared/color/key.ts';
import { deltaE, hexToRgb8, rgb8ToLab, roundLab, toGamut } from '../../shared/color/lab.ts';
import { SHADINGS } from '../../shared/color/modifiers.ts';
import { BASIC_WORDS, isUnqualified } from '../../shared/color/shade.ts';
import type { Lab } from '../../shared/contract/picture.ts';
import { labSchema } from '../../shared/contract/prediction.ts';
import { VOCABULARY } from '../../shared/query/vocabulary.ts';
import { PHRASES, STOP_WORDS } from '../../shared/query/words.ts';
import * as names from './color-names.ts';
import { inPlainSense } from './color-sense.ts';

/** What the catalogue pipeline measures of its colours (`colors.json`): clusters, and words by their Lab. */
export const measuredColorsSchema = z.object({
  k: z.int().positive(),
  centroids: z.array(labSchema).min(1),
  words: z.record(
    z.string(),
    z.object({ count: z.int().nonnegative(), lab: labSchema, shades: z.array(labSchema) }),
  ),
});
export type MeasuredColors = z.infer<typeof measuredColorsSchema>;

/** Goes up with every change of the table that changes a Lab or a cluster; named by the model's manifest. */
const COLOR_TABLE_VERSION = 2;
/** A catalogue word with fewer solid garments than this says little; the lists' sense is used. */
const MIN_SOLID_IMAGES = 20;
/** Shades kept per word, and how far from the word's centre they may lie (ΔE00). */
const MAX_SHADES = 16;
const MAX_SHADE_DISTANCE = 6;
const MAX_NAME_WORDS = { css: 4, xkcd: 4, list: 3 } as const;

interface NamedColor {
  readonly name: string;
  /** Six lower-case digits. */
  readonly hex: string;
}

/** The committed table: Lab where it was measured, hex where a list defines it; one string per list. */
export interface ColorTable {
  readonly version: number;
  readonly clusters: readonly Lab[];
  readonly catalog: readonly { readonly name: string; readonly lab: Lab; readonly shades: readonly Lab[] }[];
  /** Lines of "name rrggbb", in alphabetical order. */
  readonly css: string;
  readonly xkcd: string;
  readonly list: string;
  /** Lines of "spelling=name". */
  readonly aliases: string;
}

/**
 * Puts the table together. `measured` null gives names only, with the basic colours as clusters: enough for a
 * shop without a catalogue yet.
 */
export async function buildColorTable(
  measured: MeasuredColors | null,
): Promise<{ table: ColorTable; counts: Record<string, number> }> {
  const published = await publishedLists();
  const spelt = spellings([...published.windows, ...published.xkcd, ...colornames]);
  const css = keep(
    Object.entries(colorsNamed).map(([name, rgb]) => ({ name: spelt.get(name) ?? name, hex: toHex(rgb) })),
    MAX_NAME_WORDS.css,
    (name) => !NOT_CSS.has(keyOf(name)) && !MISLEADING.has(name),
  );
  const xkcd = keep(published.xkcd, MAX_NAME_WORDS.xkcd, (name) => !MISLEADING.has(name));
  const shop = Object.entries(names.SHOP_COLORS).map(([name, hex]) => ({ name, hex: hex.slice(1) }));
  const colorWords = new Set([...css, ...xkcd, ...shop].map(({ name }) => keyOf(name)));
  const chosen = listedNames(colorWords, published.others);
  const listed = keep(chosen, MAX_NAME_WORDS.list, isColorName);
  const catalog = measured === null ? [] : catalogWords(measured);

  const taken = new Set([...catalog.map(({ name }) => name), ...Object.keys(names.ALIASES)].map(keyOf));
  const sections = { css: [] as NamedColor[], xkcd: [] as NamedColor[], list: [] as NamedColor[] };
  for (const [section, colors] of [
    ['list', shop],
    ['css', css],
    ['xkcd', xkcd],
    ['list', listed],
  ] as const) {
    for (const color of colors) {
      const key = keyOf(color.name);
      if (taken.has(key)) continue;
      taken.add(key);
      sections[section].push(color);
    }
  }
  const table: ColorTable = {
    version: COLOR_TABLE_VERSION,
    clusters: (measured?.centroids ?? BASIC_CLUSTERS).map((lab) => roundLab(toGamut(lab))),
    catalog,
    css: toLines(sections.css),
    xkcd: toLines(sections.xkcd),
    list: toLines(sections.list),
    aliases: Object.entries(names.ALIASES)
      .map(([spelling, name]) => `${spelling}=${name}`)
      .join('\n'),
  };
  const counts = {
    clusters: table.clusters.length,
    'catalogue words': catalog.length,
    'CSS names': sections.css.length,
    'XKCD names': sections.xkcd.length,
    'list names': sections.list.length,
  };
  return { table, counts };
}

const keyOf = (name: string): string => colorKey(splitWords(name));
const toHex = (rgb: number): string => rgb.toString(16).padStart(6, '0');
const toLines = (colors: readonly NamedColor[]): string =>
  colors
    .map(({ name, hex }) => `${name} ${hex}`)
    .sort()
    .join('\n');

const NOT_CSS: ReadonlySet<string> = new Set(names.NOT_AS_IN_CSS.map((name) => keyOf(name)));
const MISLEADING: ReadonlySet<string> = new Set(names.MISLEADING);
const NO_CATALOG_COLOR: ReadonlySet<string> = new Set(names.NO_CATALOG_COLOR);
const KEPT: ReadonlySet<string> = new Set(names.KEPT_DESPITE_VOCABULARY);
const RUDE: ReadonlySet<string> = new Set(names.RUDE_WORDS);
const ORDINARY: ReadonlySet<string> = new Set(names.ORDINARY_WORDS);
const NOT_COLORS: ReadonlySet<string> = new Set(names.NOT_COLORS);
const SHADING_KEYS: ReadonlySet<string> = new Set(SHADINGS.flatMap(({ words }) => words.map(foldWord)));

/** Every term of the vocabulary, as folded words: a colour name must not swallow one. */
const TERMS: readonly (readonly string[])[] = VOCABULARY.flatMap(({ word, synonyms }) => [word, ...synonyms])
  .concat(Object.keys(PHRASES))
  .map((term) => splitWords(term).map(foldWord))
  .filter((words) => words.join('') !== 'color');

/** Clean names, without those that hold a vocabulary term, a rude word or too many words, or that modify. */
function keep(
  colors: readonly { readonly name: string; readonly hex: string }[],
  maxWords: number,
  accept: (name: string) => boolean,
): NamedColor[] {
  return colors.flatMap(({ name: raw, hex }) => {
    const name = cleanName(raw);
    const words = name.split(' ').map(foldWord);
    const fits =
      name !== '' &&
      words.length <= maxWords &&
      !words.some((word) => RUDE.has(word)) &&
      !SHADING_KEYS.has(words.join(''));
    const swallows = !KEPT.has(name) && TERMS.some((term) => containsTerm(words, term));
    return fits && !swallows && accept(name) ? [{ name, hex: hex.replace('#', '').toLowerCase() }] : [];
  });
}

/** Lower-case, accents and punctuation off, single spaces, "grey". Names with a digit are left out ('' here). */
function cleanName(raw: string): string {
  const plain = raw
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[’'‘.!?&,()\p{M}]/gu, '')
    .replaceAll(/\bgray/g, 'grey');
  const name = splitWords(plain).join(' ').replaceAll('lightgray', 'lightgrey');
  return /^[a-z]+(?: [a-z]+)*$/.test(name) ? name : '';
}

function containsTerm(words: readonly string[], term: readonly string[]): boolean {
  if (words.join('') === term.join('')) return true;
  return words.some((_, at) => term.every((part, offset) => sameFolded(words[at + offset], part)));
}

/** Equal, or the term's plural: the tokeniser folds plurals ("khaki" is not "khakis", though). */
const sameFolded = (word: string | undefined, part: string): boolean => word === part || word === `${part}s`;

/**
 * color-name-list has 30,000 names, many of them jokes, scenes and brands, and each could swallow words that a
 * shopper means otherwise. Taken are single words that other lists know as well (one for a word of its own
 * selection "bestof", two for the rest), and names of several words that are all colour words or modifiers
 * ("stone grey"), or of which one is ("acid green") when the selection or another list has them.
 */
function listedNames(
  colorWords: ReadonlySet<string>,
  others: readonly (readonly PublishedColor[])[],
): PublishedColor[] {
  const selected = new Set(bestOf.map(({ name }) => name));
  const known = new Map<string, number>();
  for (const list of others) {
    for (const key of new Set(list.map(({ name }) => keyOf(name)))) known.set(key, (known.get(key) ?? 0) + 1);
  }
  const endorsed = ({ name }: PublishedColor, needed: number): boolean =>
    (known.get(keyOf(name)) ?? 0) + (selected.has(name) ? 1 : 0) >= needed;
  const isSingle = ({ name }: PublishedColor): boolean => splitWords(name).length === 1;
  const single = colornames.filter(
    (color) => isSingle(color) && !NOT_COLORS.has(cleanName(color.name)) && endorsed(color, 2),
  );
  const words = new Set([...colorWords, ...single.map(({ name }) => keyOf(name))]);
  const several = colornames.filter((color) => {
    const parts = splitWords(color.name).map(foldWord);
    const hits = parts.filter((part) => words.has(part)).length;
    const allSay = parts.every((part) => words.has(part) || SHADING_KEYS.has(part));
    return parts.length > 1 && hits > 0 && (allSay || endorsed(color, 1));
  });
  return [...single, ...several];
}

/**
 * Left out are names with an ordinary word or one that the tokeniser drops ("hint of blue"), those that begin or
 * end with a modifier ("light khaki" is the khaki of this table, lighter), and those of basic words alone: "black
 * white shorts" have two colours.
 */
function isColorName(name: string): boolean {
  const words = name.split(' ');
  if (MISLEADING.has(name) || [words[0], words.at(-1)].some((word) => SHADING_KEYS.has(word ?? '')))
    return false;
  if (words.length > 1 && words.every((word) => BASIC_WORDS.has(word))) return false;
  return !words.some((word) => ORDINARY.has(word) || STOP_WORDS.has(word));
}

/** Key → name with its spaces, for the CSS names, which have none. */
function spellings(colors: readonly { readonly name: string }[]): Map<string, string> {
  const spelt = new Map<string, string>();
  for (const { name } of colors) {
    const key = splitWords(name).join('').toLowerCase();
    if (splitWords(name).length > 1 && !spelt.has(key)) spelt.set(key, name);
  }
  return spelt;
}

/** The catalogue's colour words, most frequent first; of two spellings of one name the more frequent. */
function catalogWords(measured: MeasuredColors): ColorTable['catalog'] {
  const words = Object.entries(measured.words)
    .filter(([, { count }]) => count >= MIN_SOLID_IMAGES)
    .sort(([, one], [, other]) => other.count - one.count)
    .map(([word, color]) => ({ name: catalogName(word), color }));
  return words
    .filter(({ name }, at) => name !== '' && words.findIndex((other) => other.name === name) === at)
    .flatMap(({ name, color }) => {
      const sense = inPlainSense(name, color);
      if (sense === null) return [];
      const lab = roundLab(toGamut(sense.lab));
      const shades = sense.shades.map((shade) => roundLab(toGamut(shade)));
      const near = shades.filter((shade) => deltaE(lab, shade) <= MAX_SHADE_DISTANCE);
      return [{ name, lab, shades: isUnqualified(name) ? evenly(near, MAX_SHADES) : [] }];
    });
}

/** The name a catalogue word is stored under; '' for a word that is no colour. */
function catalogName(word: string): string {
  const name = cleanName(word);
  const [first = ''] = name.split(' ');
  return NO_CATALOG_COLOR.has(first) ? '' : (names.ALIASES[name] ?? name);
}

/** At most `most` of the items, at equal steps. */
function evenly<T>(items: readonly T[], most: number): T[] {
  const step = Math.max(1, items.length / most);
  return items.filter((_, at) => Math.floor(at / step) !== Math.floor((at - 1) / step)).slice(0, most);
}

/** The basic colour terms, for a table without a catalogue: sRGB near the XKCD survey's centres. */
const BASIC_CLUSTERS: readonly Lab[] = [
  ...[
    '1a1a1c',
    'f4f4f2',
    '8a8a8c',
    '1f2a44',
    '3d5a80',
    '9db8d2',
    'd9c7a7',
    '7a7350',
    'e8b4bc',
    'b22234',
    '3f6b45',
  ],
  ...['6b4a35', 'e3c044', 'd9702e', '45b3b0', '6a4a86'],
].map((hex) => rgb8ToLab(hexToRgb8(hex)));

const listSchema = z.array(z.object({ name: z.string(), hex: z.string().regex(/^#[0-9a-f]{6}$/i) }));
type PublishedColor = z.infer<typeof listSchema>[number];
const publishedSchema = z.object({ lists: z.record(z.string(), listSchema) });
/** English lists that say which single words of color-name-list are colours to others too. */
const OTHER_LISTS = [
  'wikipedia',
  'ridgway',
  'ntc',
  'thesaurus',
  'ral',
  'werner',
  'x11',
  'mlmc_english',
  'osxcrayons',
];

/** The lists of the package color-name-lists that are used here. Read as a file: its entry point needs a bundler. */
async function publishedLists() {
  const path = fileURLToPath(import.meta.resolve('color-name-lists/dist/colorlists.json'));
  const { lists } = publishedSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  const list = (name: string) => {
    const colors = lists[name];
    if (colors === undefined) throw new Error(`color-name-lists has no list ${name}`);
    return colors;
  };
  return { xkcd: list('xkcd'), windows: list('windows'), others: OTHER_LISTS.map(list) };
}
