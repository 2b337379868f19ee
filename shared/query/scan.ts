import { matchColor } from '../color/index.ts';
import type { ColorMention } from '../color/types.ts';
import { type Meaning, matchTerm, type TermMatch } from './lexicon.ts';
import { toWords } from './normalise.ts';
import type { VocabularyToken } from './vocabulary.ts';
import { COLOR_FIRST, PHRASES, STOP_WORDS } from './words.ts';

/** One thing said: a vocabulary word or a colour. A phrase only implies a colour ("dark wash"). */
export type Said =
  | { readonly token: VocabularyToken }
  | { readonly color: ColorMention; readonly implied?: true };

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
  const line: Line = { words, terms: words.map((_, index) => matchTerm(words, index)) };
  const pieces: Piece[] = [];
  let start = 0;
  while (start < words.length) {
    const piece = pieceAt(line, start);
    if (piece !== null) pieces.push(piece);
    start = piece?.end ?? start + 1;
  }
  return pieces;
}

/** A query's words, and for each the vocabulary term that begins there. */
interface Line {
  readonly words: readonly string[];
  readonly terms: readonly (TermMatch | null)[];
}

function pieceAt(line: Line, start: number): Piece | null {
  const word = line.words[start] ?? '';
  if (COLOR_FIRST.has(word)) {
    const named = colorAt(line, start);
    if (named !== null && named.length > 1) return colorPiece(line, start, named);
  }
  const term = line.terms[start];
  if (term) return { start, end: start + term.length, said: term.meaning.flatMap(resolve) };
  if (STOP_WORDS.has(word)) return null;
  const named = colorAt(line, start);
  return named === null ? { start, end: start + 1, said: [] } : colorPiece(line, start, named);
}

type NamedColor = NonNullable<ReturnType<typeof matchColor>>;

/** Words such as "light" that begin a phrase: no colour may end with them, or it would claim the phrase's word. */
const opensPhrase = new Set(Object.keys(PHRASES).map((phrase) => phrase.split(' ')[0]));

/** The longest colour at a place, as far as no vocabulary term and no stop word interrupts it. */
function colorAt({ words, terms }: Line, start: number): NamedColor | null {
  const interrupts = (word: string, index: number): boolean =>
    // A word said twice is one word, although a list has "blue blue".
    STOP_WORDS.has(word) || (terms[index] !== null && !COLOR_FIRST.has(word)) || word === words[index - 1];
  let end = start + 1;
  while (end < words.length && !interrupts(words[end] ?? '', end)) end += 1;
  while (end > start) {
    const named = matchColor(words.slice(start, end), 0);
    if (named === null || !opensPhrase.has(named.color.name.split(' ').at(-1))) return named;
    end = start + named.length - 1;
  }
  return null;
}

function colorPiece({ words }: Line, start: number, { length, color }: NamedColor): Piece {
  const end = start + length;
  const typed = words.slice(start, end).join(' ');
  return { start, end, said: typed === color.name ? [{ color }] : reread(color) };
}

/**
 * What a colour says that was found under another spelling than its name. The canonical form will hold its name,
 * so the name is read: mostly this one colour, but "denimblue", listed as "denim blue", is a fabric and a colour.
 */
function reread(color: ColorMention): readonly Said[] {
  const words = toWords(color.name);
  return words.join(' ') === color.name ? scan(words).flatMap((piece) => piece.said) : [];
}

function resolve(meaning: Meaning[number]): Said[] {
  if ('id' in meaning) return [{ token: meaning }];
  const named = matchColor(meaning.colorWords, 0);
  return named === null ? [] : [{ color: named.color, implied: true }];
}
