import { convertLab65ToRgb, convertRgbToLab65, differenceCiede2000 } from 'culori/fn';
import type { Lab } from '../contract/picture.ts';

/** sRGB as three bytes, gamma-encoded. */
export type Rgb8 = readonly [r: number, g: number, b: number];

/** Half a step of 1/255: a colour this close outside the cube still rounds to a byte inside it. */
const GAMUT_SLACK = 0.5 / 255;
/** A mapped colour keeps half of that slack, so that rounding it to 0.01 leaves it inside. */
const MAPPED_SLACK = GAMUT_SLACK / 2;
/** Enough halvings to find chroma to 0.001. */
const GAMUT_STEPS = 18;

/**
 * sRGB bytes → CIELAB with the white point D65 (x 0.3127, y 0.3290, 2° observer).
 * Transfer function and primaries: IEC 61966-2-1 as in CSS Color 4, §10; Lab: CIE 015:2018, 8.2.1.
 * No chromatic adaptation: CSS `lab()` and culori's `lab` are D50 and give other numbers.
 */
export function rgb8ToLab([r, g, b]: Rgb8): Lab {
  const lab = convertRgbToLab65({ r: r / 255, g: g / 255, b: b / 255 });
  return [lab.l, lab.a, lab.b];
}

/**
 * CIELAB (D65) → sRGB bytes, each 0 to 255. What lies outside sRGB is clipped channel by channel; use
 * `toGamut` first where hue matters.
 */
export function labToRgb8(lab: Lab): Rgb8 {
  const { r, g, b } = toRgb(lab);
  return [toByte(r), toByte(g), toByte(b)];
}

/** CIEDE2000 colour difference with kL = kC = kH = 1 (Sharma, Wu and Dalal 2005). About 1 is just visible. */
export function deltaE(one: Lab, other: Lab): number {
  return ciede2000(toCulori(one), toCulori(other));
}

/** Whether a display can show the colour: every sRGB channel within half a byte step of 0..1. */
export function inGamut(lab: Lab): boolean {
  return isWithin(lab, GAMUT_SLACK);
}

/**
 * The nearest colour that sRGB can show with the same lightness and hue: chroma is reduced by bisection
 * (CSS Color 4, §13.2, in LCh of D65 Lab and without its local clipping), L is kept within 0..100. So that the
 * model is never asked for a colour it could not draw, and a dark or light variant keeps its hue.
 */
export function toGamut([lightness, a, b]: Lab): Lab {
  const L = Math.min(100, Math.max(0, lightness));
  if (isWithin([L, a, b], MAPPED_SLACK)) return [L, a, b];
  let inside = 0;
  let outside = 1;
  for (let step = 0; step < GAMUT_STEPS; step++) {
    const middle = (inside + outside) / 2;
    if (isWithin([L, a * middle, b * middle], MAPPED_SLACK)) inside = middle;
    else outside = middle;
  }
  return [L, a * inside, b * inside];
}

/** Rounds to 0.01, as the preview key does: the colour that is rendered is then exactly the one in the key. */
export const roundLab = ([L, a, b]: Lab): Lab => [round2(L), round2(a), round2(b)];

/** Lightness, chroma and hue (radians) of a Lab colour: the polar form of CIE 015:2018, 8.2.1.2. */
export const labToLch = ([L, a, b]: Lab): readonly [L: number, C: number, h: number] => [
  L,
  Math.hypot(a, b),
  Math.atan2(b, a),
];

export const lchToLab = (L: number, C: number, h: number): Lab => [L, C * Math.cos(h), C * Math.sin(h)];

/** `#rrggbb`, lower-case. */
export const rgb8ToHex = (rgb: Rgb8): string =>
  `#${rgb.map((value) => value.toString(16).padStart(2, '0')).join('')}`;

/** Six hexadecimal digits, without `#` → bytes. */
export function hexToRgb8(digits: string): Rgb8 {
  const value = Number.parseInt(digits, 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function isWithin(lab: Lab, slack: number): boolean {
  const { r, g, b } = toRgb(lab);
  return Math.min(r, g, b) >= -slack && Math.max(r, g, b) <= 1 + slack;
}

const ciede2000 = differenceCiede2000();
const toCulori = ([l, a, b]: Lab) => ({ mode: 'lab65' as const, l, a, b });
const toRgb = ([l, a, b]: Lab) => convertLab65ToRgb({ l, a, b });
const toByte = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 255);
const round2 = (value: number): number => Math.round(value * 100) / 100 + 0;
