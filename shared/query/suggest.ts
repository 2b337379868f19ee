import { distance } from 'fastest-levenshtein';
import { matchTerm, TERM_SPELLINGS } from './lexicon.ts';
import { COMMON_COLORS } from './words.ts';

const colors = new Set(COMMON_COLORS);
/** Single words of all terms and the common colours, best suggestions first; short ones are too near to all. */
const candidates = [...new Set([...COMMON_COLORS, ...TERM_SPELLINGS.flatMap((term) => term.split(' '))])].filter(
  (word) => /^[a-z]{4,}$/.test(word),
);

/**
 * A known word one edit (insertion, deletion, substitution or swap of neighbours: Damerau 1964) away from
 * `words[index]`, null when there is none. A part of a longer term counts only where it completes that term.
 */
export function suggest(words: readonly string[], index: number): string | null {
  const typed = words[index] ?? '';
  if (!/^[a-z]{3,}$/.test(typed)) return null;
  const near = candidates.filter((word) => isOneEdit(typed, word) && wouldBeKnown(words, index, word));
  // Few misspell a word's first letter.
  return near.find((word) => word[0] === typed[0]) ?? near[0] ?? null;
}

function isOneEdit(typed: string, word: string): boolean {
  if (Math.abs(typed.length - word.length) > 1) return false;
  const edits = distance(typed, word);
  return edits === 1 || (edits === 2 && isSwap(typed, word));
}

function isSwap(typed: string, word: string): boolean {
  if (typed.length !== word.length) return false;
  let at = 0;
  while (typed[at] === word[at]) at += 1;
  return (
    typed[at] === word[at + 1] && typed[at + 1] === word[at] && typed.slice(at + 2) === word.slice(at + 2)
  );
}

function wouldBeKnown(words: readonly string[], index: number, word: string): boolean {
  if (colors.has(word)) return true;
  const mended = words.with(index, word);
  for (let start = Math.max(0, index - 2); start <= index; start += 1) {
    const term = matchTerm(mended, start);
    if (term !== null && start + term.length > index) return true;
  }
  return false;
}
