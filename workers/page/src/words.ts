/** Finding and replacing words in what the shopper typed. No DOM. */

/** The text with a word of it replaced, as typed by the shopper in any case; appended when it is not found. */
export function replaceWord(text: string, word: string, by: string): string {
  const at = wordAt(text, word);
  if (at < 0) return `${text.trimEnd()} ${by}`.trimStart();
  return text.slice(0, at) + by + text.slice(at + word.length);
}

/** Whether the text ends in this word: it may still be in the typing. */
export const endsInWord = (text: string, word: string): boolean =>
  word.length > 0 && wordAt(text, word) === text.length - word.length;

/** Where the word last stands in the text as a whole word; −1 where it does not. */
function wordAt(text: string, word: string): number {
  const inText = text.toLowerCase();
  const wanted = word.toLowerCase();
  if (wanted === '') return -1;
  for (
    let at = inText.lastIndexOf(wanted);
    at >= 0;
    at = at === 0 ? -1 : inText.lastIndexOf(wanted, at - 1)
  ) {
    const bounded = !isLetter(inText[at - 1]) && !isLetter(inText[at + wanted.length]);
    if (bounded) return at;
  }
  return -1;
}

const isLetter = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}]/u.test(character);
