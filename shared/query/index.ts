export { describe } from './describe.ts';
export { prefixes, slugOf, tokenise, tokeniseSlug } from './tokenise.ts';
export type { QueryToken, TokenisedQuery, UnknownWord } from './types.ts';
export {
  COLOR_ID,
  COLOR_TOKEN,
  DEFAULT_TYPE,
  type TokenKind,
  VOCABULARY,
  VOCABULARY_VERSION,
  type VocabularyToken,
} from './vocabulary.ts';
