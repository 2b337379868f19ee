import type { Lab } from '../../../shared/contract/picture.ts';
import { labPlane } from './lab.ts';

/**
 * Skin as Lab hue (degrees), chroma and lightness, and how far (ΔE76) it must be from the garment's own colour.
 * On a catalogue that says which pictures are worn, a share of 3 % finds 92 % of those and 3.5 % of the flat lays.
 */
const SKIN = { hue: [32, 78], chroma: [13, 48], L: [30, 90], apart: 14, share: 0.03 } as const;
/** A torso is cut off by the upper border over at least this share of it. */
const TORSO = 0.08;

/** Whether the picture seems to be worn by a person, for catalogues that do not say so. `rgba` is 64×64×4. */
export function looksWorn(rgba: Uint8Array, garment: Lab | null, topCovered: number): boolean {
  if (topCovered > TORSO) return true;
  if (garment === null) return false;
  const lab = labPlane(rgba, 4);
  let inside = 0;
  let skin = 0;
  for (let i = 0; i * 4 < rgba.length; i++) {
    if ((rgba[i * 4 + 3] ?? 0) < 200) continue;
    inside++;
    const L = lab[i * 3] ?? 0;
    const a = lab[i * 3 + 1] ?? 0;
    const b = lab[i * 3 + 2] ?? 0;
    const chroma = Math.hypot(a, b);
    const hue = (Math.atan2(b, a) * 180) / Math.PI;
    if (
      within(L, SKIN.L) &&
      within(chroma, SKIN.chroma) &&
      within(hue, SKIN.hue) &&
      Math.hypot(L - garment[0], a - garment[1], b - garment[2]) > SKIN.apart
    ) {
      skin++;
    }
  }
  return inside > 0 && skin / inside > SKIN.share;
}

const within = (value: number, [low, high]: readonly [number, number]): boolean =>
  value >= low && value <= high;
