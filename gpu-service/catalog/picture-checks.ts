import type { Lab } from '../../shared/contract/picture.ts';
import type { Shape } from './image/shape.ts';

export interface MeasuredColor {
  readonly lab: Lab | null;
  readonly spread: number;
}

/** What a picture says about a word, from its 64-px shape and measured colour. */
export interface Check {
  readonly measure: string;
  /** True when the picture shows the word, null when this picture cannot tell. */
  readonly agrees: (shape: Shape, color: MeasuredColor) => boolean | null;
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
    agrees: (s, { spread }) => spread > 4 || step(s) > 2.5,
  },
  solid: { measure: 'one colour: spread < 6', agrees: (_, { spread }) => spread < 6 },
  denim: {
    measure: 'blue, grey, black or white: not warmer than b = 12 when coloured',
    agrees: (_, { lab }) => (lab === null ? null : lab[2] < 12 || Math.hypot(lab[1], lab[2]) < 14),
  },
  'side stripe': { measure: 'lightness changes across more than down', agrees: (s) => s.stepX > s.stepY },
};

export const checkFor = (word: string): Check | undefined => CHECKS[word];

/**
 * Pattern words that a shop's attributes give to plain-looking garments now and then ("All over pattern" for a
 * weave): mined ones are dropped where the picture denies them.
 */
const DENIABLE = new Set(['striped', 'checked', 'printed', 'solid']);

/** Whether the picture shows that a mined word does not hold. */
export function denies(word: string, shape: Shape | null, color: MeasuredColor): boolean {
  if (shape === null || !DENIABLE.has(word)) return false;
  return CHECKS[word]?.agrees(shape, color) === false;
}
