import type { Lab } from '../../shared/contract/picture.ts';
import { roundedLab } from './image/lab.ts';

export interface ColorWord {
  /** Garments that the catalogue calls so and whose colour was measured. */
  readonly count: number;
  /** The garment nearest to all others (geometric median), Lab under D65. */
  readonly lab: Lab;
  /** Up to 64 measured shades of plain garments, evenly picked along the order of their distance from `lab`. */
  readonly shades: readonly Lab[];
}

export interface ColorSample {
  readonly word: string;
  readonly lab: Lab;
  readonly solid: boolean;
}

export const MAX_SHADES = 64;
/** A shade further than this from the word's centre (ΔE76) is a mislabelled or patterned garment. */
const FARTHEST = 22;

/** What the catalogue's colour words look like, from plain garments first; words in alphabetical order. */
export function colorWords(samples: readonly ColorSample[]): Record<string, ColorWord> {
  const groups = new Map<string, ColorSample[]>();
  for (const sample of samples) {
    const group = groups.get(sample.word) ?? [];
    group.push(sample);
    groups.set(sample.word, group);
  }
  const words: Record<string, ColorWord> = {};
  for (const word of [...groups.keys()].sort()) {
    const group = groups.get(word) ?? [];
    const solid = group.filter((sample) => sample.solid);
    const use = (solid.length >= 5 ? solid : group).map((sample) => sample.lab);
    const centre = geometricMedian(use);
    const near = use
      .map((lab) => ({ lab, d: Math.hypot(lab[0] - centre[0], lab[1] - centre[1], lab[2] - centre[2]) }))
      .filter(({ d }) => d <= FARTHEST)
      .sort((p, q) => p.d - q.d || p.lab[0] - q.lab[0] || p.lab[1] - q.lab[1] || p.lab[2] - q.lab[2]);
    const step = Math.max(1, near.length / MAX_SHADES);
    const shades: Lab[] = [];
    for (let at = 0; at < near.length && shades.length < MAX_SHADES; at += step) {
      const item = near[Math.floor(at)];
      if (item !== undefined) shades.push(item.lab);
    }
    words[word] = { count: group.length, lab: roundedLab(centre), shades };
  }
  return words;
}

/** Weiszfeld's iteration from the mean. */
export function geometricMedian(points: readonly Lab[]): Lab {
  let at: Lab = [0, 0, 0];
  const n = Math.max(1, points.length);
  for (const p of points) at = [at[0] + p[0] / n, at[1] + p[1] / n, at[2] + p[2] / n];
  for (let round = 0; round < 60; round++) {
    let w = 0;
    let next: Lab = [0, 0, 0];
    for (const p of points) {
      const weight = 1 / Math.max(0.2, Math.hypot(p[0] - at[0], p[1] - at[1], p[2] - at[2]));
      w += weight;
      next = [next[0] + p[0] * weight, next[1] + p[1] * weight, next[2] + p[2] * weight];
    }
    if (w === 0) break;
    at = [next[0] / w, next[1] / w, next[2] / w];
  }
  return at;
}
