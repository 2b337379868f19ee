import { deltaE, labToLch } from '../../shared/color/lab.ts';
import type { Lab } from '../../shared/contract/picture.ts';

/** Where in D65 Lab people use a colour word. */
interface Sense {
  /** Hue angles in degrees; "from" may exceed "to" across 0. Chroma must then be at least `MIN_CHROMA`. */
  readonly hue?: readonly [from: number, to: number];
  readonly lightness?: readonly [from: number, to: number];
}

/**
 * Wide, and overlapping where usage does. Read off the XKCD survey's colours, and widened towards the hues that
 * cloth has (Lab places pure blue at 306°, denim at 265°).
 */
const SENSES: Readonly<Record<string, Sense>> = {
  red: { hue: [5, 50] },
  orange: { hue: [33, 75] },
  yellow: { hue: [77, 112] },
  green: { hue: [112, 190] },
  turquoise: { hue: [165, 225] },
  blue: { hue: [215, 310] },
  purple: { hue: [290, 345] },
  pink: { hue: [330, 45] },
  beige: { lightness: [50, 96] },
  black: { lightness: [0, 35] },
  white: { lightness: [80, 100] },
};
/** Below this chroma people say grey, whatever the label says. */
const MIN_CHROMA = 8;
/** Fewer typical garments than this are chance: the lists' sense is used. */
const MIN_TYPICAL = 12;
/** Words before a colour that leave it what it is. "Khaki green" is another colour than green. */
const QUALIFIERS: ReadonlySet<string> = new Set(['light', 'dark', 'greyish', 'off']);

/** What a catalogue word measures: its centre and shades around it, Lab under D65. */
export interface MeasuredColor {
  readonly lab: Lab;
  readonly shades: readonly Lab[];
}

/**
 * A measured word in the sense in which a person would say it. A shop's "green" also holds greys with a green
 * tinge, and their middle is grey: where the centre is outside of the word's sense, the garments inside take
 * its place, and where there are too few of them the answer is null. Other words are taken as measured.
 */
export function inPlainSense(name: string, color: MeasuredColor): MeasuredColor | null {
  const words = name.split(' ');
  const qualified = words.slice(0, -1).every((word) => QUALIFIERS.has(word));
  const sense = qualified ? SENSES[words.at(-1) ?? ''] : undefined;
  if (sense === undefined || fits(color.lab, sense)) return color;
  const shades = color.shades.filter((shade) => fits(shade, sense));
  return shades.length < MIN_TYPICAL ? null : { lab: medoid(shades), shades };
}

function fits(lab: Lab, { hue, lightness }: Sense): boolean {
  const [L, C, h] = labToLch(lab);
  if (lightness !== undefined && (L < lightness[0] || L > lightness[1])) return false;
  if (hue === undefined) return true;
  const degrees = ((h * 180) / Math.PI + 360) % 360;
  const [from, to] = hue;
  const inside = from <= to ? degrees >= from && degrees <= to : degrees >= from || degrees <= to;
  return C >= MIN_CHROMA && inside;
}

/** The colour with the least total ΔE00 to the others. */
function medoid(labs: readonly Lab[]): Lab {
  const total = (lab: Lab): number => labs.reduce((sum, other) => sum + deltaE(lab, other), 0);
  return labs.reduce((best, lab) => (total(lab) < total(best) ? lab : best));
}
