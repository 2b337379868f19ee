import { shadeForSeed } from '../color/index.ts';
import { type Lab, type PictureRequest, roundLab } from '../contract/picture.ts';
import type { TokenisedQuery } from './types.ts';

/** What a caller chooses besides the words. */
export type PictureChoice = Omit<PictureRequest, 'tokens' | 'lab'>;

/**
 * The picture that a query asks for: every caller (Worker, command line) makes it here, so that equal words
 * and choices are one picture and one key everywhere. The colour is the seed's shade of the colour named, rounded
 * as in the key: the picture never depends on digits that its key does not have.
 */
export function pictureRequest(query: TokenisedQuery, choice: PictureChoice): PictureRequest {
  return { ...choice, tokens: query.tokens.map(({ id }) => id), lab: targetLab(query, choice.seed) };
}

function targetLab({ color }: TokenisedQuery, seed: number): Lab | null {
  if (color === null) return null;
  const [L, a, b] = shadeForSeed(color, seed);
  return [roundLab(L), roundLab(a), roundLab(b)];
}
