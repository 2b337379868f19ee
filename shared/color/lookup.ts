import type { Lab } from '../contract/picture.ts';
import { nearestCluster } from './clusters.ts';
import { colorKey, foldWord, splitWords } from './key.ts';
import { hexToRgb8, rgb8ToLab, roundLab } from './lab.ts';
import { type Modifier, modify, SHADINGS, TINTS } from './modifiers.ts';
import { findEntry, MAX_NAME_WORDS } from './table.ts';
import type { ColorMention, ColorSource } from './types.ts';

/** "very"-like towers of modifiers end here, so that the work per position is bounded. */
const MAX_MODIFIERS = 3;
/** Modifiers, the longest name, and a trailing "coloured". */
const MAX_PHRASE_WORDS = MAX_MODIFIERS + MAX_NAME_WORDS + 1;

/** Words that say "the word before me is a colour": "rust coloured jeans". */
const COLOR_SUFFIXES: ReadonlySet<string> = new Set(['color', 'colored', 'colors']);

const HEX = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;
/** Without `#` six digits must include a decimal one, so that "beaded" and "facade" stay words. */
const BARE_HEX = /^(?=[a-f]*[0-9])[0-9a-f]{6}$/i;

/**
 * The colour that a whole text names: a colour word or phrase in any spelling ("Dark-Blue", "darkblue", "light
 * gray"), modifiers before a colour ("dusty pale teal"), or a hex colour. Null when any part of it is not one.
 * Total on any string. Asked in this order: hex, catalogue, CSS, XKCD, color-name-list, modifiers.
 */
export function lookupColor(text: string): ColorMention | null {
  const words = splitWords(text);
  return words.length > MAX_PHRASE_WORDS ? null : toMention(find(words, words.map(foldWord)));
}

/**
 * The longest colour phrase that begins at `words[start]`, with the number of words it takes; null when none
 * does. Words may be in any case and spelling but must be whole: no plural or other folding is needed before.
 */
export function matchColor(
  words: readonly string[],
  start: number,
): { length: number; color: ColorMention } | null {
  const near = words.slice(start, start + MAX_PHRASE_WORDS);
  const folded = near.map(foldWord);
  for (let length = near.length; length > 0; length--) {
    const color = toMention(find(near.slice(0, length), folded.slice(0, length)));
    if (color !== null) return { length, color };
  }
  return null;
}

/** `#rgb` or `#rrggbb` (or six bare digits, one of them decimal) → `#rrggbb` in lower case; null otherwise. */
export function parseHex(text: string): string | null {
  if (BARE_HEX.test(text)) return `#${text.toLowerCase()}`;
  if (!HEX.test(text)) return null;
  const digits = text.slice(1).toLowerCase();
  return digits.length === 6 ? `#${digits}` : `#${[...digits].map((digit) => digit + digit).join('')}`;
}

interface Found {
  readonly name: string;
  readonly source: ColorSource;
  readonly lab: Lab;
}

/** What a stretch of words names as a whole; `folded` are the same words folded. */
function find(words: readonly string[], folded: readonly string[]): Found | null {
  const [only] = words;
  if (only === undefined) return null;
  if (words.length === 1) {
    const hex = parseHex(only);
    if (hex !== null) return { name: hex, source: 'hex', lab: roundLab(rgb8ToLab(hexToRgb8(hex.slice(1)))) };
  }
  if (folded.includes('')) return null;
  const last = folded.at(-1);
  const named =
    folded.length > 1 && last !== undefined && COLOR_SUFFIXES.has(last) ? folded.slice(0, -1) : folded;
  return findNamed(named, MAX_MODIFIERS);
}

/** A name of the table, or a modifier before something that `findNamed` knows. */
function findNamed(words: readonly string[], modifiersLeft: number): Found | null {
  const entry = words.length <= MAX_NAME_WORDS ? findEntry(words.join('')) : undefined;
  if (entry !== undefined) return entry;
  const [first, ...rest] = words;
  if (first === undefined || rest.length === 0 || modifiersLeft === 0) return null;
  const modifier = BY_WORD.get(first);
  if (modifier === undefined) return null;
  const base = findNamed(rest, modifiersLeft - 1);
  if (base === null) return null;
  const name = `${modifier.words[0]} ${base.name}`;
  // "darker blue" and "dark navy blue" are said in other words, but may be names of the table in canonical ones.
  const whole = findEntry(colorKey(splitWords(name)));
  return whole ?? { name, source: base.source, lab: modify(modifier, base.lab) };
}

const BY_WORD: ReadonlyMap<string, Modifier> = new Map(
  [...SHADINGS, ...TINTS].flatMap((modifier) =>
    modifier.words.map((word) => [foldWord(word), modifier] as const),
  ),
);

function toMention(found: Found | null): ColorMention | null {
  if (found === null) return null;
  const { name, source, lab } = found;
  return { name, source, lab, cluster: nearestCluster(lab) };
}
