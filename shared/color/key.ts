/**
 * Folds one word for comparison: lower-case, accents off, only `a-z` and `0-9` left, British spellings made
 * American (grey, colour). Total; a word without letters or digits folds to ''.
 */
export function foldWord(word: string): string {
  return word
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .replaceAll('grey', 'gray')
    .replaceAll('colour', 'color');
}

/**
 * Splits a text into words at spaces, hyphens, slashes and underscores. Empty stretches are left out; `#`
 * stays on its word so that a hex colour can be told.
 */
export const splitWords = (text: string): string[] =>
  text.split(/[\s\-‐‑–_/]+/u).filter((word) => word !== '');

/**
 * The key a colour name is stored and sought under: its folded words without spaces, so that "dark blue",
 * "dark-blue" and "darkblue" (the CSS spelling) are one name.
 */
export const colorKey = (words: readonly string[]): string => words.map(foldWord).join('');
