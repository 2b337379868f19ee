import { lookupColor, shadeForSeed } from '../color/index.ts';
import type { ColorMention } from '../color/types.ts';
import { MAX_TOKENS } from '../contract/limits.ts';
import { type Lab, type PictureRequest, roundLab } from '../contract/picture.ts';
import type { TokenisedQuery } from './types.ts';
import { COLOR_ID } from './vocabulary.ts';

/** What a caller chooses besides the words. */
export type PictureChoice = Omit<PictureRequest, 'tokens' | 'lab'>;

/**
 * What a garment is dyed when no colour is named: colours about as often as the catalogue has them, one per seed.
 * Jeans and denim keep to the colours of denim.
 */
const USUAL = colors(
  'black',
  'black',
  'dark blue',
  'grey',
  'beige',
  'black',
  'dark blue',
  'dark grey',
  'khaki green',
);
const USUAL_DENIM = colors('blue', 'dark blue', 'light blue', 'black', 'blue', 'dark grey', 'dark blue');
const DENIM_WORDS = new Set(['jeans', 'denim']);

/**
 * The picture that a query asks for: every caller (Worker, command line) makes it here, so that equal words
 * and choices are one picture and one key everywhere. The colour is the seed's shade of the colour named, rounded
 * as in the key: the picture never depends on digits that its key does not have.
 *
 * Where no colour is named, a usual one is drawn by the seed and said last. The model is surer of a colour that it is
 * given than of one that it has to think of, and naming another one then changes the colour alone.
 */
export function pictureRequest(query: TokenisedQuery, choice: PictureChoice): PictureRequest {
  const tokens = query.tokens.map(({ id }) => id);
  const color = query.color ?? (tokens.length < MAX_TOKENS ? usualColor(query, choice.seed) : null);
  if (color === null) return { ...choice, tokens, lab: null };
  return {
    ...choice,
    tokens: query.color === null ? [...tokens, COLOR_ID] : tokens,
    lab: targetLab(color, choice.seed),
  };
}

function usualColor(query: TokenisedQuery, seed: number): ColorMention | null {
  const usual = query.tokens.some(({ word }) => DENIM_WORDS.has(word)) ? USUAL_DENIM : USUAL;
  return usual[seed % usual.length] ?? null;
}

function targetLab(color: ColorMention, seed: number): Lab {
  const [L, a, b] = shadeForSeed(color, seed);
  return [roundLab(L), roundLab(a), roundLab(b)];
}

function colors(...names: readonly string[]): readonly ColorMention[] {
  return names.flatMap((name) => lookupColor(name) ?? []);
}
