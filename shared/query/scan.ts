import { matchColor } from '../color/index.ts';
import type { ColorMention } from '../color/types.ts';
import { matchTerm } from './lexicon.ts';
import { toWords } from './normalise.ts';
import type { VocabularyToken } from './vocabulary.ts';
import { COLOR_FIRST, STOP_WORDS } from './words.ts';

/** One thing said: a vocabulary word or a colour. A phrase only implies a colour ("dark wash"). */
export type Said = { readonly token: VocabularyToken } | { readonly color: ColorMention; readonly implied?: true };

/** A stretch of a query, `end` exclusive. `said` is empty for an unknown word. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly said: readonly Said[];
}

/**
 * Cuts a query's words into pieces from left to right. At each place the first of these holds: a colour that
 * begins with a `COLOR_FIRST` word; the longest vocabulary term; a stop word (no piece); the longest colour; an
 * unknown word. A colour never reaches over a vocabulary term or a stop word, so "black denim" is a colour and
 * a fabric although a colour list has that name.
 */
export function scan(words: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  while (start < words.length) {
    const piece = pieceAt(words, start);
    if (piece === null) {
      start += 1;
      continue;
    }
    pieces.push(piece);
    start = piece.end;
  }
  return pieces;
}

function pieceAt(words: readonly string[], start: number): Piece | null {
  const word = words[start] ?? '';
  if (COLOR_FIRST.has(word)) {
    const named = colorAt(words, start);
    if (named !== null && named.length > 1) return colorPiece(words, start, named);
  }
  const term = matchTerm(words, start);
  if (term !== null) return { start, end: start + term.length, said: term.meaning.flatMap(resolve) };
  if (STOP_WORDS.has(word)) return null;
  const named = colorAt(words, start);
  return named === null ? { start, end: start + 1, said: [] } : colorPiece(words, start, named);
}

interface NamedColor {
  readonly length: number;
  readonly color: ColorMention;
}

/**
 * A colour as it will stand in the canonical form. A name found under another spelling may hold words that
 * would not be read as one colour again ("denimblue" is listed as "denim blue"): what they say counts instead.
 */
function colorPiece(words: readonly string[], start: number, { length, color }: NamedColor): Piece {
  const end = start + length;
  const typed = words.slice(start, end).join(' ');
  return { start, end, said: typed === color.name ? [{ color }] : rereadName(color) };
}

function rereadName(color: ColorMention): readonly Said[] {
  const words = toWords(color.name);
  const named = endsColor(words, 0) ? null : colorAt(words, 0);
  if (named?.length === words.length && named.color.name === color.name) return [{ color }];
  return color.name === words.join(' ') ? scan(words).flatMap((piece) => piece.said) : [];
}

function colorAt(words: readonly string[], start: number): NamedColor | null {
  let end = start;
  while (end < words.length && !endsColor(words, end)) end += 1;
  return end === start ? null : matchColor(words.slice(start, end), 0);
}

function endsColor(words: readonly string[], index: number): boolean {
  const word = words[index] ?? '';
  if (COLOR_FIRST.has(word)) return false;
  return STOP_WORDS.has(word) || matchTerm(words, index) !== null;
}

function resolve(meaning: VocabularyToken | { readonly colorWords: readonly string[] }): Said[] {
  if ('id' in meaning) return [{ token: meaning }];
  const named = matchColor(meaning.colorWords, 0);
  return named === null ? [] : [{ color: named.color, implied: true }];
}
