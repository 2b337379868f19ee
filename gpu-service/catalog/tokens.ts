import { MAX_QUERY_CHARS, MAX_TOKENS } from '../../shared/contract/limits.ts';
import { type GarmentType, type Gender, TYPES } from '../../shared/model/classes.ts';
import {
  COLOR_ID,
  COLOR_TOKEN,
  type TokenKind,
  tokenise,
  VOCABULARY,
  type VocabularyToken,
} from '../../shared/query/index.ts';
import { type Mined, mine } from './mining.ts';
import type { CatalogRow } from './table.ts';

export interface RowTokens {
  /** Vocabulary ids in typed order, at most 16. */
  readonly tokens: readonly number[];
  /** The same as canonical words; a colour as the catalogue or the title names it. */
  readonly words: readonly string[];
  /** Ids that the title does not say, with what gave them away. */
  readonly mined: readonly Mined[];
  readonly colorWord: string | null;
  readonly type: GarmentType | null;
  readonly gender: Gender | null;
}

const byId = new Map(VOCABULARY.map((token) => [token.id, token]));
const idOf = (word: string): number => VOCABULARY.find((token) => token.word === word)?.id ?? 0;

/** Where a shopper says a word that the title leaves out: "women's dark blue ripped high waist skinny jeans". */
const SPEECH: readonly TokenKind[] = [
  'gender',
  'color',
  'pattern',
  'detail',
  'waist',
  'rise',
  'length',
  'fabric',
  'fit',
  'cut',
  'type',
];

const GENDER_WORDS: Readonly<Record<string, string>> = {
  women: 'women',
  woman: 'women',
  womens: 'women',
  ladies: 'women',
  female: 'women',
  men: 'men',
  man: 'men',
  mens: 'men',
  male: 'men',
  girls: 'girls',
  girl: 'girls',
  boys: 'boys',
  boy: 'boys',
  kids: 'kids',
  kid: 'kids',
  children: 'kids',
  baby: 'kids',
  unisex: '',
};

/**
 * The token sequence of a row: what the title says in its order, then what other columns say, put where a
 * shopper would say it. Type, gender and colour columns count as said when the title is silent. `denied` says
 * which mined words the picture contradicts.
 */
export function tokensOf(row: CatalogRow, denied: (word: string) => boolean = () => false): RowTokens {
  const said = readTitle(row.title);
  const type = typeOf(row, said.ids);
  const genderWord = GENDER_WORDS[row.gender.toLowerCase()] ?? '';
  const colorWord = row.colour === '' ? said.colorWord : row.colour.toLowerCase();
  const titleIds = said.ids.filter(
    (id) => type === null || byId.get(id)?.kind !== 'type' || byId.get(id)?.word === type,
  );
  const extra: Mined[] = [];
  const add = (mined: Mined): void => {
    const token = byId.get(mined.id);
    if (token === undefined) return;
    if ([...titleIds, ...extra.map((other) => other.id)].some((id) => clashes(byId.get(id), token))) return;
    extra.push(mined);
  };
  if (genderWord !== '') add({ id: idOf(genderWord), evidence: `gender: ${row.gender}` });
  if (colorWord !== null) add({ id: COLOR_ID, evidence: `colour: ${row.colour}` });
  const facts = {
    type,
    subtype: row.subtype,
    name: row.name,
    description: row.description,
    appearance: row.appearance,
  };
  for (const mined of mine(facts)) if (!denied(byId.get(mined.id)?.word ?? '')) add(mined);
  const ids = weave(
    titleIds,
    extra.map((mined) => mined.id),
    type,
  );
  const kept = ids.slice(0, MAX_TOKENS);
  return {
    tokens: kept,
    words: kept.map((id) => (id === COLOR_ID ? (colorWord ?? COLOR_TOKEN) : (byId.get(id)?.word ?? ''))),
    mined: extra.filter((mined) => kept.includes(mined.id)),
    colorWord: kept.includes(COLOR_ID) ? colorWord : null,
    type,
    gender: genderOf(genderWord, kept),
  };
}

function readTitle(title: string): { ids: number[]; colorWord: string | null } {
  const read = tokenise(title.slice(0, MAX_QUERY_CHARS));
  if (!read.ok) return { ids: [], colorWord: null };
  const typed = read.value.tokens.filter((token) => token.text !== '');
  const color = typed.find((token) => token.id === COLOR_ID);
  return { ids: typed.map((token) => token.id), colorWord: color?.word ?? null };
}

const TYPE_WORDS: readonly [RegExp, GarmentType][] = [
  [/\bshorts?\b|bermuda|skort/, 'shorts'],
  [/\bjeans?\b/, 'jeans'],
  [/pant|trouser|legging|jogger|chino|slack|tights|capri|bottom/, 'pants'],
];

function typeOf(row: CatalogRow, titleIds: readonly number[]): GarmentType | null {
  for (const text of [row.type.toLowerCase(), row.subtype.toLowerCase()]) {
    const found = TYPE_WORDS.find(([pattern]) => text !== '' && pattern.test(text));
    if (found !== undefined) return found[1];
  }
  for (const id of titleIds) {
    const word = byId.get(id)?.word;
    const type = TYPES.find((candidate) => candidate === word);
    if (type !== undefined) return type;
  }
  return TYPE_WORDS.find(([pattern]) => pattern.test(row.title.toLowerCase()))?.[1] ?? null;
}

function genderOf(column: string, ids: readonly number[]): Gender | null {
  const word =
    column !== ''
      ? column
      : (ids.map((id) => byId.get(id)).find((token) => token?.kind === 'gender')?.word ?? '');
  if (word === 'women' || word === 'men') return word;
  return word === '' ? null : 'kids';
}

function clashes(a: VocabularyToken | undefined, b: VocabularyToken): boolean {
  return a !== undefined && (a.id === b.id || (a.group !== undefined && a.group === b.group));
}

/** Title words keep their order; the others go in front of the garment's name, each kind at its place. */
function weave(title: readonly number[], extra: readonly number[], type: GarmentType | null): number[] {
  const rank = (id: number): number => SPEECH.indexOf(byId.get(id)?.kind ?? 'type');
  const typeId = type === null ? null : idOf(type);
  const withType = typeId === null || title.includes(typeId) ? [...title] : [typeId, ...title];
  const assumed = withType.length > title.length ? 1 : 0;
  const ids = [...withType];
  for (const id of [...extra].sort((a, b) => rank(a) - rank(b) || a - b)) {
    const kind = byId.get(id)?.kind;
    const head = ids.findIndex(
      (other, index) => index >= assumed && ['type', 'cut'].includes(byId.get(other)?.kind ?? ''),
    );
    let at = head < 0 ? ids.length : head;
    if (kind === 'gender') at = assumed;
    if (kind === 'color')
      at = ids.findIndex((other, index) => index >= assumed && byId.get(other)?.kind !== 'gender');
    ids.splice(at < 0 ? ids.length : at, 0, id);
  }
  return ids;
}
