import { COLOR_TOKEN, VOCABULARY } from '../../shared/query/index.ts';
import { type Check, checkFor } from './picture-checks.ts';
import type { Assembled } from './rows.ts';

/** Fewest training images of a token that are not noise. */
export const LEAST_IMAGES = 150;
const SAMPLES = 50;

export interface TokenSample {
  readonly id: string;
  /** What gave the word away: the title, or the place and words it was mined from. */
  readonly evidence: string;
  /** Whether the picture's own measures agree; null where geometry cannot tell. */
  readonly seen: boolean | null;
}

export interface TokenReport {
  readonly id: number;
  readonly word: string;
  /** Rows that carry it: all, and those that train the generator. */
  readonly rows: number;
  readonly training: number;
  /** How many of `rows` say it in the title, and how many only elsewhere. */
  readonly titled: number;
  readonly mined: number;
  readonly verdict: 'ok' | 'merge or drop';
  /** The picture's own check over all training rows: what it measures, and how often it agrees. */
  readonly check: { readonly measure: string; readonly of: number; readonly agree: number } | null;
  readonly samples: readonly TokenSample[];
}

/** Per vocabulary word: how many rows carry it, 50 samples with their evidence, and the picture's own check. */
export function reportTokens(assembled: readonly Assembled[]): TokenReport[] {
  return VOCABULARY.map((token) => {
    const rows = assembled.filter(({ row }) => row.usable.text && row.tokens.includes(token.id));
    const training = rows.filter(({ row }) => row.usable.generator && row.split === 'train');
    const mined = rows.filter(({ row }) => row.mined.includes(token.id)).length;
    const check = checkFor(token.word);
    const verdicts = training.map((item) => seen(check, item)).filter((verdict) => verdict !== null);
    return {
      id: token.id,
      word: token.word,
      rows: rows.length,
      training: training.length,
      titled: rows.length - mined,
      mined,
      verdict: training.length < LEAST_IMAGES ? 'merge or drop' : 'ok',
      check:
        check === undefined
          ? null
          : { measure: check.measure, of: verdicts.length, agree: verdicts.filter(Boolean).length },
      samples: spread(mined > 0 ? rows.filter(({ row }) => row.mined.includes(token.id)) : rows, SAMPLES).map(
        (item) => ({
          id: item.row.id,
          evidence: evidenceOf(item, token.id),
          seen: seen(check, item),
        }),
      ),
    };
  });
}

/** Every n-th of a list, so that the samples come from all over the catalogue. */
export function spread<T>(list: readonly T[], count: number): T[] {
  if (list.length <= count) return [...list];
  return Array.from({ length: count }, (_, i) => list[Math.floor((i * list.length) / count)]).filter(
    (item) => item !== undefined,
  );
}

function seen(check: Check | undefined, item: Assembled): boolean | null {
  const shape = item.image?.shape ?? null;
  return check === undefined || shape === null || item.row.onModel
    ? null
    : check.agrees(shape, { lab: item.row.lab, spread: item.row.labSpread });
}

function evidenceOf({ text, source }: Assembled, id: number): string {
  const mined = text.mined.find((other) => other.id === id);
  if (mined !== undefined) return mined.evidence;
  const word = VOCABULARY.find((token) => token.id === id)?.word;
  return word === COLOR_TOKEN ? `title or colour column: ${source.title}` : `title: ${source.title}`;
}
