/** Marks that shoppers' keyboards and shops' feeds put where an apostrophe belongs. */
const APOSTROPHES = /[\u2018\u2019\u201b\u02b9\u02bb\u02bc\u2032\u00b4`\uff07]/g;
/** Trade marks would become letters under NFKC; invisible format characters split words that look whole. */
const IGNORED = /[\u2122\u00ae\u00a9\u2120]|\p{Cf}/gu;
const MARKS = /\p{M}+/gu;
/** Between two things of a list; a slash between digits is a fraction. */
const LISTING = /[,;&+|]|(?<![0-9])\/|\/(?![0-9])/g;
const POSSESSIVE = /(?<=\p{L})'s?(?![\p{L}\p{N}'])/gu;
/** A hex colour, a fraction such as 3/4, or a run of letters and digits. Everything else separates. */
const WORD = /#(?:[0-9a-f]{6}|[0-9a-f]{3})(?![\p{L}\p{N}])|[0-9]+\/[0-9]+|[\p{L}\p{N}]+/gu;

/** Most of what is asked, and every slug: nothing to fold but case, and whatever is no word separates. */
const PLAIN = /^[a-zA-Z0-9 -]*$/;
const SEPARATORS = /[ -]+/;

const HEX_DIGITS = /^(?:[0-9a-f]{6}|[0-9a-f]{3})$/;
/** Without `#` or `hex`, letters alone could be a word ("facade", "beaded"), and three digits a size. */
const BARE_HEX = /^(?=[a-f]*[0-9])[0-9a-f]{6}$/;
/** Stands before the digits of a hex colour in a slug, where `#` would start a URL's fragment. */
export const HEX_PREFIX = 'hex';

/**
 * Splits any text into lower-case words: NFKC, case, accents and possessives folded; hyphens, underscores and
 * all other punctuation separate, and marks of a list read as "and", so that "grey, teal" is not one colour. A
 * hex colour (`#rgb`, `#rrggbb`, `hex` followed by its digits, or six bare hex digits of which at least one is
 * decimal) becomes one word `#rrggbb`. Never throws.
 */
export function toWords(text: string): string[] {
  if (PLAIN.test(text)) {
    return joinHexColors(
      text
        .toLowerCase()
        .split(SEPARATORS)
        .filter((word) => word !== ''),
    );
  }
  const folded = text
    .replace(APOSTROPHES, "'")
    .replace(IGNORED, '')
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKD')
    .replace(MARKS, '')
    .normalize('NFC')
    .replaceAll('\u2044', '/')
    .replace(POSSESSIVE, '')
    .replace(LISTING, ' and ');
  return joinHexColors(folded.match(WORD) ?? []);
}

function joinHexColors(raw: readonly string[]): string[] {
  const words: string[] = [];
  for (let index = 0; index < raw.length; index += 1) {
    const word = raw[index] ?? '';
    const next = raw[index + 1];
    if (word === HEX_PREFIX && next !== undefined && HEX_DIGITS.test(next)) {
      words.push(longHex(next));
      index += 1;
    } else if (word.startsWith('#')) {
      words.push(longHex(word.slice(1)));
    } else {
      words.push(BARE_HEX.test(word) ? `#${word}` : word);
    }
  }
  return words;
}

const longHex = (digits: string): string =>
  `#${digits.length === 3 ? digits.replace(/./g, (digit) => digit + digit) : digits}`;

/**
 * A plural's singular by its spelling ("stripes" → "stripe", "flowers" → "flower", "bodies" → "body"); other
 * words unchanged. Only ever used to look up a word that is not known as typed, so a wrong guess does no harm.
 */
export function singular(word: string): string {
  if (word.length < 4 || !word.endsWith('s') || word.endsWith('ss')) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(?:ss|sh|ch|x|z)es$/.test(word)) return word.slice(0, -2);
  return word.slice(0, -1);
}
