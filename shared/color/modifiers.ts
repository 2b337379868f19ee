import type { Lab } from '../contract/picture.ts';
import { labToLch, lchToLab, roundLab, toGamut } from './lab.ts';

/**
 * How a word changes the colour it stands before, in LCh of D65 Lab. A modifier counts only where the whole
 * phrase is not in the table: "dark blue" is what the catalogue's dark blue garments measure.
 */
export interface Modifier {
  readonly words: readonly string[];
  /** Lab → Lab; the result is then brought into sRGB with its hue kept. */
  readonly apply: (lab: Lab) => Lab;
}

/** Moves a value the given part of the way to a limit: never passes it, and never stands still before it. */
const towards = (value: number, limit: number, part: number): number => value + (limit - value) * part;

/** The same hue with another lightness and chroma. */
const reshape =
  (change: (L: number, C: number) => readonly [L: number, C: number]) =>
  (lab: Lab): Lab => {
    const [L, C, h] = labToLch(lab);
    const [newL, newC] = change(L, C);
    return lchToLab(newL, newC, h + blueBend(h, newL - L));
  };

/**
 * Lines of equal hue angle in CIELAB run from blue into purple as lightness rises (Moroney 2003, "A hypothesis
 * regarding the poor blue constancy of CIELAB"). Half a degree per unit of L around 300° takes it back.
 */
function blueBend(h: number, rise: number): number {
  const degrees = (h * 180) / Math.PI;
  const weight = Math.max(0, 1 - Math.abs(((degrees - 300 + 540) % 360) - 180) / 40);
  return (-0.5 * weight * rise * Math.PI) / 180;
}

/** Mixes a third of a hue into the colour: "pinkish beige" is a beige. */
const tint =
  (a: number, b: number) =>
  ([L, a0, b0]: Lab): Lab => [L, towards(a0, a, 0.35), towards(b0, b, 0.35)];

/**
 * The displayable colour of the same hue with the most chroma, at a lightness of 55 or more: below that even
 * full chroma (pure blue, L 32) does not glow.
 */
function mostVivid(lab: Lab): Lab {
  const [, , h] = labToLch(lab);
  let best = lab;
  for (let L = 55; L <= 97; L += 3) {
    const candidate = toGamut(lchToLab(L, 150, h));
    if (labToLch(candidate)[1] > labToLch(best)[1]) best = candidate;
  }
  return best;
}

/** Words that change lightness and chroma; alone they name no colour. */
export const SHADINGS: readonly Modifier[] = [
  // Less light on the same cloth: lightness and chroma fall together, as the median catalogue pair
  // (blue → dark blue, red → dark red, …) does.
  { words: ['dark', 'darker'], apply: reshape((L, C) => [L * 0.62, C * 0.8]) },
  // Dark but saturated: the shopper means "more of it", not "blacker".
  { words: ['deep', 'rich'], apply: reshape((L, C) => [L * 0.75, C * 1.05]) },
  // Halfway to white, which dilutes the dye.
  { words: ['light', 'lighter'], apply: reshape((L, C) => [towards(L, 100, 0.45), C * 0.7]) },
  // Nearly white with a hint of hue.
  { words: ['pale'], apply: reshape((L, C) => [towards(L, 100, 0.62), C * 0.42]) },
  // Pastels share one lightness and one gentle chroma, whatever they come from.
  { words: ['pastel'], apply: reshape((L, C) => [Math.max(L, towards(L, 87, 0.9)), Math.min(C * 0.6, 30)]) },
  // A little lighter and clearly greyer, the look of brushed cloth.
  { words: ['soft'], apply: reshape((L, C) => [towards(L, 100, 0.2), C * 0.65]) },
  // Grey mixed in: towards middle lightness, half the chroma.
  { words: ['dusty', 'muted'], apply: reshape((L, C) => [towards(L, 62, 0.35), C * 0.5]) },
  // More chroma; a dark colour is lifted too, as chroma alone does not make navy bright.
  {
    words: ['bright', 'vivid', 'electric'],
    apply: reshape((L, C) => [towards(L, 65, L < 65 ? 0.3 : 0), C * 1.4]),
  },
  // As far as a display goes in this hue; a grey has no hue to raise.
  { words: ['neon', 'fluorescent', 'fluoro'], apply: (lab) => (labToLch(lab)[1] < 8 ? lab : mostVivid(lab)) },
  // The colour itself, said aloud.
  { words: ['medium', 'mid'], apply: (lab) => lab },
];

/** Words that mix a hue in; alone some of them are names in the XKCD list. */
export const TINTS: readonly Modifier[] = [
  // Hues of the eight chromatic basic words at a cloth's usual chroma.
  { words: ['reddish'], apply: tint(50, 28) },
  { words: ['orangish', 'orangey'], apply: tint(38, 55) },
  { words: ['yellowish', 'yellowy'], apply: tint(2, 60) },
  { words: ['greenish', 'greeny'], apply: tint(-42, 30) },
  { words: ['bluish', 'bluey'], apply: tint(0, -45) },
  { words: ['purplish', 'purply'], apply: tint(38, -42) },
  { words: ['pinkish', 'pinky'], apply: tint(45, 3) },
  { words: ['brownish', 'browny'], apply: tint(16, 26) },
  { words: ['greyish'], apply: tint(0, 0) },
];

/** Applies a modifier and keeps the result displayable. */
export const modify = (modifier: Modifier, lab: Lab): Lab => roundLab(toGamut(modifier.apply(lab)));
