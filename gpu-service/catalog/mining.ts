import { VOCABULARY, type VocabularyToken } from '../../shared/query/vocabulary.ts';
import { RULES, type Rule } from './mining-rules.ts';

/** Where a shop says things that its titles leave out. */
export interface MiningText {
  readonly type: 'pants' | 'jeans' | 'shorts' | null;
  readonly subtype: string;
  readonly name: string;
  readonly description: string;
  readonly appearance: string;
}

export interface Mined {
  readonly id: number;
  /** The place and the words that gave it away, for the precision report. */
  readonly evidence: string;
}

const byWord = new Map(VOCABULARY.map((token) => [token.word, token]));

interface CompiledRule extends Rule {
  readonly token: VocabularyToken;
  readonly cut: RegExp | null;
}

/** Rules whose word the vocabulary has; a word dropped there silences its rule here. */
const COMPILED: readonly CompiledRule[] = RULES.flatMap((rule) => {
  const token = byWord.get(rule.word);
  return token === undefined
    ? []
    : [{ ...rule, token, cut: rule.not === undefined ? null : new RegExp(rule.not, 'g') }];
});

/** Lower case, hyphens and line breaks to spaces, apostrophes away. */
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[’']/g, '')
    .replace(/[-–—_\s]+/g, ' ')
    .trim();

/** The opening of a description: up to the first " with ", " and legs" or full stop. */
const opening = (description: string): string => description.split(/ with |\. |\.$| featuring /)[0] ?? '';

/** The words that a row's other columns say, at most one of each exclusive group, in vocabulary order. */
export function mine(text: MiningText): Mined[] {
  const name = plain(text.name);
  const description = plain(text.description);
  const places = {
    subtype: plain(text.subtype),
    name,
    description,
    cloth: opening(description),
    appearance: plain(text.appearance),
  };
  const best = new Map<string, { rule: CompiledRule; evidence: string; place: number }>();
  for (const rule of COMPILED) {
    if (rule.types !== undefined && (text.type === null || !rule.types.includes(text.type))) continue;
    const found = look(rule, places);
    if (found === null) continue;
    const key = rule.token.group ?? rule.word;
    const rival = best.get(key);
    const better =
      rival === undefined ||
      found.place > rival.place ||
      (found.place === rival.place && (rule.weight ?? 0) > (rival.rule.weight ?? 0));
    if (better) best.set(key, { rule, ...found });
  }
  return [...best.values()]
    .map(({ rule, evidence }) => ({ id: rule.token.id, evidence }))
    .sort((a, b) => a.id - b.id);
}

/** Which place is believed over which within a group: a name ("Skinny Fancy") is a line of the shop as often as a cut. */
const TRUST = { appearance: 3, description: 2, cloth: 2, subtype: 2, name: 1 } as const;
type Place = keyof typeof TRUST;
const PLACES: readonly Place[] = ['appearance', 'description', 'cloth', 'subtype', 'name'];

function look(rule: CompiledRule, places: Record<Place, string>): { evidence: string; place: number } | null {
  for (const place of PLACES) {
    const pattern = rule[place];
    if (pattern === undefined) continue;
    const text =
      rule.cut === null || place === 'appearance' ? places[place] : places[place].replace(rule.cut, ' | ');
    const match = pattern.exec(text);
    if (match === null) continue;
    const from = Math.max(0, match.index - 30);
    const shown = text.slice(from, match.index + match[0].length + 30);
    return { evidence: `${place}: …${shown}…`, place: TRUST[place] };
  }
  return null;
}
