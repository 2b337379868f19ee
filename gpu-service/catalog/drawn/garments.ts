import { createHash } from 'node:crypto';
import { labToRgb8, lookupColor } from '../../../shared/color/index.ts';

export type DrawnType = 'pants' | 'jeans' | 'shorts';
export type DrawnPattern = 'solid' | 'striped' | 'checked' | 'printed';

/** A garment as drawn and as described; widths and lengths are shares of the standard garment's. */
export interface DrawnGarment {
  readonly id: string;
  readonly style: string;
  readonly type: DrawnType;
  readonly gender: 'women' | 'men' | 'girls' | 'boys';
  readonly color: string;
  /** Hex colours: cloth, its darker edge, and the pattern's or stripe's second colour. */
  readonly rgb: string;
  readonly edge: string;
  readonly second: string;
  /** Light ground in the middle and at the corners. */
  readonly ground: readonly [string, string];
  readonly fit: 'skinny' | 'straight' | 'wide';
  readonly legWidth: number;
  readonly length: number;
  readonly pattern: DrawnPattern;
  readonly ripped: boolean;
  readonly drawstring: boolean;
  readonly sideStripe: boolean;
  readonly highWaist: boolean;
}

const COLORS = [
  'black',
  'white',
  'grey',
  'light grey',
  'dark blue',
  'blue',
  'light blue',
  'red',
  'dark red',
  'green',
  'dark green',
  'beige',
  'light beige',
  'pink',
  'yellow',
  'orange',
  'purple',
  'brown',
  'turquoise',
  'khaki',
] as const;
const JEANS_COLORS = ['blue', 'dark blue', 'light blue', 'black', 'grey', 'white'] as const;
const GROUNDS = [
  ['#ecebe9', '#e4e3e1'],
  ['#e9e8e6', '#dfdedc'],
  ['#ffffff', '#fbfbfb'],
] as const;

/** Every choice has a name, so that a new one leaves the others as they were. */
function draw(seed: number, index: number, name: string): number {
  const digest = createHash('sha256').update(`${seed}:${index}:${name}`).digest();
  return digest.readUInt32BE(0) / 2 ** 32;
}

/** The garment of a seed at a place in the catalogue; the same pair gives the same garment. */
export function garmentAt(seed: number, index: number): DrawnGarment {
  const chance = (name: string): number => draw(seed, index, name);
  const pick = <const T extends readonly [unknown, ...unknown[]]>(name: string, list: T): T[number] =>
    list[Math.floor(chance(name) * list.length)] ?? list[0];
  const type = pick('type', ['pants', 'jeans', 'shorts']);
  const color = type === 'jeans' ? pick('color', JEANS_COLORS) : pick('color', COLORS);
  const pattern =
    type === 'jeans'
      ? 'solid'
      : pick('pattern', ['solid', 'solid', 'solid', 'striped', 'checked', 'printed']);
  const fit = pick('fit', ['skinny', 'straight', 'wide']);
  const rgb = hexOf(color, 0);
  return {
    id: `drawn-${String(index + 1).padStart(4, '0')}`,
    style: `drawn:${Math.floor(index / 3)}`,
    type,
    gender: pick('gender', ['women', 'men', 'girls', 'boys']),
    color,
    rgb,
    edge: hexOf(color, color === 'black' ? 14 : -16),
    second:
      pattern === 'solid'
        ? hexOf('white', 0)
        : hexOf(pick('second', ['white', 'black', 'dark blue', 'red']), 0),
    ground: pick('ground', GROUNDS),
    fit,
    legWidth: { skinny: 0.52, straight: 0.78, wide: 1.12 }[fit] * (0.95 + 0.1 * chance('leg')),
    length: type === 'shorts' ? 0.8 + 0.4 * chance('length') : pick('length', [1, 1, 0.97, 0.72]),
    pattern,
    ripped: type === 'jeans' && chance('ripped') < 0.3,
    drawstring: type !== 'jeans' && chance('drawstring') < 0.35,
    sideStripe: pattern === 'solid' && type === 'pants' && chance('side') < 0.2,
    highWaist: chance('rise') < 0.35,
  };
}

function hexOf(word: string, lighter: number): string {
  const [L, a, b] = lookupColor(word)?.lab ?? [50, 0, 0];
  const rgb = labToRgb8([Math.min(98, Math.max(4, L + lighter)), a, b]);
  return `#${[...rgb].map((v) => v.toString(16).padStart(2, '0')).join('')}`;
}
