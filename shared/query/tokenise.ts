import type { ColorMention } from '../color/types.ts';
import { type ProblemError, problem } from '../contract/errors.ts';
import { MAX_QUERY_CHARS, MAX_TOKENS } from '../contract/limits.ts';
import { err, ok, type Result } from '../contract/result.ts';
import { HEX_PREFIX, toWords } from './normalise.ts';
import { type Piece, type Said, scan } from './scan.ts';
import { suggest } from './suggest.ts';
import type { QueryToken, TokenisedQuery, UnknownWord } from './types.ts';
import { COLOR_TOKEN, DEFAULT_TYPE, VOCABULARY } from './vocabulary.ts';

/**
 * Reads a query as the model does: known words in typed order, the colour, and what was not understood. Any
 * Unicode string is accepted and none throws.
 *
 * Errors: `query_too_long` (the text, or its slug, exceeds `MAX_QUERY_CHARS`), `too_many_tokens` (more than
 * `MAX_TOKENS` words count, an assumed type included), `no_known_word`.
 */
export function tokenise(text: string): Result<TokenisedQuery, ProblemError> {
  if (text.length > MAX_QUERY_CHARS) return err(tooLong());
  const words = toWords(text);
  return tokeniseWords(words, scan(words));
}

/** Reads a slug: a query whose spaces are hyphens. `tokeniseSlug(slugOf(q))` equals `q` but for what was typed. */
export const tokeniseSlug = tokenise;

export const slugOf = (query: TokenisedQuery): string => query.slug;

/**
 * The query as it grew: one tokenised query after every known word that changed the meaning, the whole query
 * last. The newest word is the last token of each. Errors: those of `tokenise` for the whole text.
 */
export function prefixes(text: string): Result<readonly TokenisedQuery[], ProblemError> {
  const whole = tokenise(text);
  if (!whole.ok) return whole;
  const words = toWords(text);
  const pieces = scan(words);
  const steps: TokenisedQuery[] = [];
  pieces.forEach((piece, index) => {
    if (piece.said.length === 0) return;
    const step = tokeniseWords(words, pieces.slice(0, index + 1));
    if (step.ok && step.value.canonical !== steps.at(-1)?.canonical) steps.push(step.value);
  });
  return ok(steps);
}

function tokeniseWords(
  words: readonly string[],
  pieces: readonly Piece[],
): Result<TokenisedQuery, ProblemError> {
  const { tokens, superseded, color } = settle(words, pieces);
  const unknown = unknownWords(words, pieces);
  if (tokens.length === 0) return err(nothingKnown(unknown));
  if (!tokens.some((token) => token.kind === 'type')) tokens.unshift(assumedType);
  if (tokens.length > MAX_TOKENS) return err(tooMany(tokens.length));
  const canonical = tokens.map((token) => token.word).join(' ');
  const slug = canonical.replace('#', `${HEX_PREFIX}-`).replaceAll(' ', '-');
  if (slug.length > MAX_QUERY_CHARS) return err(tooLong());
  return ok({ tokens, superseded, unknown, color, canonical, slug });
}

interface Settled {
  readonly tokens: QueryToken[];
  readonly superseded: QueryToken[];
  readonly color: ColorMention | null;
}

/**
 * Applies the rules between words: a repeated word counts once, where it first stood; of a group, the last. An
 * implied colour yields to any that is named ("black light wash jeans" are black).
 */
function settle(words: readonly string[], pieces: readonly Piece[]): Settled {
  const tokens: QueryToken[] = [];
  const superseded: QueryToken[] = [];
  let color: ColorMention | null = null;
  const named = pieces.some((piece) => piece.said.some((said) => 'color' in said && !said.implied));
  for (const piece of pieces) {
    const text = words.slice(piece.start, piece.end).join(' ');
    for (const said of piece.said) {
      if ('color' in said && said.implied && named) continue;
      const token = queryToken(said, text);
      if (tokens.some((earlier) => earlier.id === token.id && earlier.word === token.word)) continue;
      const rival = tokens.findIndex((earlier) => excludes(earlier, token));
      if (rival >= 0) superseded.push(...tokens.splice(rival, 1));
      tokens.push(token);
      if ('color' in said) color = said.color;
    }
  }
  return { tokens, superseded, color };
}

const tokenById = new Map(VOCABULARY.map((token) => [token.id, token]));

function excludes(earlier: QueryToken, later: QueryToken): boolean {
  const group = tokenById.get(later.id)?.group;
  return group !== undefined && tokenById.get(earlier.id)?.group === group;
}

function mustHave(word: string): { readonly id: number; readonly kind: QueryToken['kind'] } {
  const token = VOCABULARY.find((candidate) => candidate.word === word);
  if (token === undefined) throw new Error(`The vocabulary lacks "${word}"`);
  return token;
}

const colorToken = mustHave(COLOR_TOKEN);
const assumedType: QueryToken = { id: mustHave(DEFAULT_TYPE).id, word: DEFAULT_TYPE, kind: 'type', text: '' };

const queryToken = (said: Said, text: string): QueryToken =>
  'color' in said
    ? { id: colorToken.id, word: said.color.name, kind: 'color', text }
    : { id: said.token.id, word: said.token.word, kind: said.token.kind, text };

function unknownWords(words: readonly string[], pieces: readonly Piece[]): UnknownWord[] {
  const found = new Map<string, UnknownWord>();
  for (const { start, said } of pieces) {
    const text = words[start] ?? '';
    if (said.length === 0 && !found.has(text)) found.set(text, { text, suggestion: suggest(words, start) });
  }
  return [...found.values()];
}

const tooLong = (): ProblemError =>
  problem('query_too_long', `Shorten the query to at most ${MAX_QUERY_CHARS} characters.`);

const tooMany = (count: number): ProblemError =>
  problem('too_many_tokens', `Name at most ${MAX_TOKENS} properties; this query names ${count}.`);

function nothingKnown(unknown: readonly UnknownWord[]): ProblemError {
  const suggestion = unknown.find((word) => word.suggestion !== null)?.suggestion;
  return problem(
    'no_known_word',
    suggestion === undefined || suggestion === null
      ? 'Name a garment, its colour, cut or fabric, for example "women\'s black pants".'
      : `Did you mean "${suggestion}"?`,
  );
}
