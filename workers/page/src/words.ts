/** Finding and replacing words in what the shopper typed. No DOM. */

/** The text with a word of it replaced, as typed by the shopper in any case; appended when it is not found. */
export function replaceWord(text: string, word: string, by: string): string {
  const place = placeOf(text, word);
  if (place === null) return addWord(text, by);
  return text.slice(0, place.start) + by + text.slice(place.end);
}

/** The text with a word behind it: with every word one thing changes, the last one's. */
export const addWord = (text: string, word: string): string => `${text.trimEnd()} ${word}`.trimStart();

/** The text with another colour: in the place of the first of `named` that stands in it, else behind it. */
export function nameColor(text: string, named: readonly string[], color: string): string {
  const old = named.find((word) => placeOf(text, word) !== null);
  return old === undefined ? addWord(text, color) : replaceWord(text, old, color);
}

/** Whether the text ends in this word: it may still be in the typing. */
export const endsInWord = (text: string, word: string): boolean => placeOf(text, word)?.end === text.length;

/** Where a word, or several with whatever a shopper puts between them, last stands in the text as a whole. */
function placeOf(text: string, word: string): { readonly start: number; readonly end: number } | null {
  const parts = word.split(/\s+/).filter((part) => part !== '');
  if (parts.length === 0) return null;
  const pattern = parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('[\\s_-]+');
  const whole = new RegExp(`(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])`, 'giu');
  const found = [...text.matchAll(whole)].at(-1);
  return found === undefined ? null : { start: found.index, end: found.index + found[0].length };
}
