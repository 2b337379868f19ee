import { COLOR_TOKEN, VOCABULARY } from '../../shared/query/index.ts';
import type { Shape } from './image/shape.ts';
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

interface Check {
  readonly measure: string;
  /** True when the picture shows the word, null when this picture cannot tell. */
  readonly agrees: (shape: Shape, item: Assembled) => boolean | null;
}

const long = (shape: Shape): boolean => shape.aspect > 1.6;
const slimness = (shape: Shape): number => shape.hem / Math.max(0.05, shape.hip);
const step = (shape: Shape): number => Math.max(shape.stepX, shape.stepY);

/** What 64 px of a flat lay can tell about a word. Bounds are the catalogue's quartiles, rounded. */
const CHECKS: Readonly<Record<string, Check>> = {
  pants: { measure: 'longer than wide: height / width > 1.15', agrees: (s) => s.aspect > 1.15 },
  jeans: { measure: 'longer than wide: height / width > 1.15', agrees: (s) => s.aspect > 1.15 },
  shorts: { measure: 'short: height / width < 1.5', agrees: (s) => s.aspect < 1.5 },
  leggings: { measure: 'narrow legs: hem / hip < 0.85', agrees: (s) => slimness(s) < 0.85 },
  skinny: { measure: 'narrow legs: hem / hip < 0.8', agrees: (s) => (long(s) ? slimness(s) < 0.8 : null) },
  slim: { measure: 'narrow legs: hem / hip < 0.9', agrees: (s) => (long(s) ? slimness(s) < 0.9 : null) },
  tapered: {
    measure: 'legs narrow downwards: hem / knee < 0.95',
    agrees: (s) => (long(s) ? s.hem / Math.max(0.05, s.knee) < 0.95 : null),
  },
  'wide leg': {
    measure: 'wide legs: hem / hip > 0.85',
    agrees: (s) => (long(s) ? slimness(s) > 0.85 : null),
  },
  capri: { measure: 'shorter than long trousers: height / width < 2.4', agrees: (s) => s.aspect < 2.4 },
  'knee length': { measure: 'height / width > 0.95', agrees: (s) => s.aspect > 0.95 },
  'short length': { measure: 'height / width < 1', agrees: (s) => s.aspect < 1 },
  striped: { measure: 'lightness changes across or down: mean step > 2.2', agrees: (s) => step(s) > 2.2 },
  checked: { measure: 'lightness changes: mean step > 1.8', agrees: (s) => step(s) > 1.8 },
  printed: {
    measure: 'not one colour: spread > 4 or mean step > 2.5',
    agrees: (s, { row }) => row.labSpread > 4 || step(s) > 2.5,
  },
  solid: { measure: 'one colour: spread < 6', agrees: (_, { row }) => row.labSpread < 6 },
  denim: {
    measure: 'blue, grey, black or white: not warmer than b = 12 when coloured',
    agrees: (_, { row }) =>
      row.lab === null ? null : row.lab[2] < 12 || Math.hypot(row.lab[1], row.lab[2]) < 14,
  },
  'side stripe': { measure: 'lightness changes across more than down', agrees: (s) => s.stepX > s.stepY },
};

/** Per vocabulary word: how many rows carry it, 50 samples with their evidence, and the picture's own check. */
export function reportTokens(assembled: readonly Assembled[]): TokenReport[] {
  return VOCABULARY.map((token) => {
    const rows = assembled.filter(({ row }) => row.usable.text && row.tokens.includes(token.id));
    const training = rows.filter(({ row }) => row.usable.generator && row.split === 'train');
    const mined = rows.filter(({ row }) => row.mined.includes(token.id)).length;
    const check = CHECKS[token.word];
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
  return check === undefined || shape === null || item.row.onModel ? null : check.agrees(shape, item);
}

function evidenceOf({ text, source }: Assembled, id: number): string {
  const mined = text.mined.find((other) => other.id === id);
  if (mined !== undefined) return mined.evidence;
  const word = VOCABULARY.find((token) => token.id === id)?.word;
  return word === COLOR_TOKEN ? `title or colour column: ${source.title}` : `title: ${source.title}`;
}
