import { matchTerm, TERM_SPELLINGS } from './lexicon.ts';
import { COMMON_COLORS } from './words.ts';

const colors = new Set(COMMON_COLORS);
/** Words that a suggestion may be, by length: colours and the words of all terms, but for those too short to tell. */
const candidates = Map.groupBy(
  new Set([...COMMON_COLORS, ...TERM_SPELLINGS.flatMap((term) => term.match(/\b[a-z]{4,}\b/g) ?? [])]),
  (word) => word.length,
);

/**
 * A known word one edit (insertion, deletion, substitution or swap of neighbours: Damerau 1964) away from
 * `words[index]`, null when there is none. A part of a longer term counts only where it completes that term.
 */
export function suggest(words: readonly string[], index: number): string | null {
  const typed = words[index] ?? '';
  if (!/^[a-z]{3,}$/.test(typed)) return null;
  const near = [0, 1, -1]
    .flatMap((longer) => candidates.get(typed.length + longer) ?? [])
    .filter((word) => isOneEdit(typed, word) && wouldBeKnown(words, index, word));
  // A doubled letter is the likeliest slip ("skiny" is skinny, not shiny); few misspell a word's first letter.
  return (
    near.find((word) => single(word) === single(typed)) ??
    near.find((word) => word[0] === typed[0]) ??
    near[0] ??
    null
  );
}

const single = (word: string): string => word.replace(/(.)\1/g, '$1');

/** After the letters that both begin with, one edit leaves equal rests. Lengths differ by one at most. */
function isOneEdit(typed: string, word: string): boolean {
  if (typed === word) return false;
  let at = 0;
  while (typed[at] === word[at]) at += 1;
  if (typed.length < word.length) return typed.slice(at) === word.slice(at + 1);
  if (typed.length > word.length) return typed.slice(at + 1) === word.slice(at);
  if (typed.slice(at + 1) === word.slice(at + 1)) return true;
  const swapped = typed[at] === word[at + 1] && typed[at + 1] === word[at];
  return swapped && typed.slice(at + 2) === word.slice(at + 2);
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
