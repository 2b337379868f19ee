import { labToRgb8, lookupColor, rgb8ToHex } from '../../shared/color/index.ts';
import type { CompanionWord } from '../../shared/contract/answers.ts';
import { companionsOf, withCompanion } from '../../shared/query/companions.ts';
import type { TokenisedQuery } from '../../shared/query/index.ts';

/** As many as fit below a search box. */
const MOST = 12;

/** Words to go on with, each with the query that it makes. */
export const companionWords = (query: TokenisedQuery): readonly CompanionWord[] =>
  companionsOf(query.tokens, MOST).map((companion) => ({
    ...companion,
    query: withCompanion(query.canonical, companion),
    ...hexOf(companion),
  }));

function hexOf({ word, kind }: Pick<CompanionWord, 'word' | 'kind'>): { readonly hex?: string } {
  const color = kind === 'color' ? lookupColor(word) : null;
  return color === null ? {} : { hex: rgb8ToHex(labToRgb8(color.lab)) };
}
