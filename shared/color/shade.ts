import type { Lab } from '../contract/picture.ts';
import { foldWord } from './key.ts';
import { labToLch, lchToLab, roundLab, toGamut } from './lab.ts';
import { findEntry } from './table.ts';
import type { ColorMention } from './types.ts';

/**
 * The Lab to render for a colour: an *unqualified* word stands for slightly different shades of its colour, one
 * per seed, as in the ReStGAN source; anything more exact is rendered as it is.
 *
 * Unqualified is a name of one word that the catalogue has measured ("blue", "red") or that is a basic colour
 * term (`BASIC_WORDS`). Exact are `#hex`, names of two or more words ("dark blue", "dusty rose") and the single
 * words of the named-colour lists ("cerulean").
 *
 * The shade depends on the colour's name and the seed alone, so that it stays while a shopper adds words. It is
 * a measured shade of the word where the table has some, at most ΔE00 6 from the centre by the table's making,
 * else the centre with a small jitter of lightness and chroma (`JITTER`). Rounded to 0.01.
 */
export function shadeForSeed(color: ColorMention, seed: number): Lab {
  if (color.source === 'hex' || !isUnqualified(color.name)) return color.lab;
  const shades = findEntry(foldWord(color.name))?.shades ?? [];
  const random = hash(color.name, seed);
  const measured = shades[random % Math.max(1, shades.length)];
  if (measured !== undefined) return measured;
  return color.source === 'catalog' || BASIC_WORDS.has(color.name) ? jitter(color.lab, random) : color.lab;
}

/** Whether a canonical colour name leaves the exact shade open: one word. */
export const isUnqualified = (name: string): boolean => !name.includes(' ');

/**
 * The eleven basic colour terms of English (Berlin and Kay 1969) and the words that clothes shops use as
 * freely: whoever types one does not mean a single paint chip.
 */
export const BASIC_WORDS: ReadonlySet<string> = new Set([
  ...['black', 'white', 'grey', 'red', 'green', 'yellow', 'blue', 'brown', 'purple', 'pink', 'orange'],
  ...[
    'beige',
    'khaki',
    'navy',
    'turquoise',
    'olive',
    'burgundy',
    'cream',
    'teal',
    'mustard',
    'rust',
    'coral',
  ],
]);

/** Largest step of L and of chroma to either side, in Lab units: ΔE00 stays under 3. */
const JITTER = { L: 2.5, C: 2.5 };

function jitter(lab: Lab, random: number): Lab {
  const [L, C, h] = labToLch(lab);
  const unit = (bits: number): number => ((bits & 0xffff) / 0xffff) * 2 - 1;
  // A neutral stays neutral: chroma moves by at most a tenth of itself.
  const stepC = Math.min(JITTER.C, C * 0.1) * unit(random >>> 16);
  const moved = lchToLab(L + JITTER.L * unit(random), C + stepC, h);
  return roundLab(toGamut(moved));
}

/** FNV-1a over the name, then one splitmix32 round with the seed: unsigned 32 bits, equal in every engine. */
function hash(name: string, seed: number): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) state = Math.imul(state ^ name.charCodeAt(at), 0x01000193);
  state = (state + Math.imul(seed >>> 0, 0x9e3779b9)) | 0;
  state = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
  state = Math.imul(state ^ (state >>> 15), 0x735a2d97);
  return (state ^ (state >>> 15)) >>> 0;
}
