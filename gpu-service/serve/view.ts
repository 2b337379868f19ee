import type { View } from '../../shared/contract/prediction.ts';
import { GENDERS, TYPES } from '../../shared/model/classes.ts';

/** Edge of the pictures that the classifier looks at. */
export const VIEW_EDGE = 64;

/** The classifier's outputs for a batch of B, row after row: type [B, 3], gender [B, 3], colour cluster [B, K]. */
export interface Probabilities {
  readonly type: Float32Array;
  readonly gender: Float32Array;
  readonly color: Float32Array;
}

/** What is seen on each picture of a batch: of each kind the likeliest. */
export function viewsOf({ type, gender, color }: Probabilities, rows: number): View[] {
  return Array.from({ length: rows }, (_, row) => {
    const kind = likeliest(type, row, rows);
    const sex = likeliest(gender, row, rows);
    const cluster = likeliest(color, row, rows);
    return {
      type: { word: TYPES[kind.index] ?? TYPES[0], probability: kind.probability },
      gender: { word: GENDERS[sex.index] ?? GENDERS[0], probability: sex.probability },
      color: { cluster: cluster.index, probability: cluster.probability },
    };
  });
}

function likeliest(all: Float32Array, row: number, rows: number): { index: number; probability: number } {
  const length = all.length / rows;
  const own = all.subarray(row * length, (row + 1) * length);
  const index = own.reduce((best, value, at) => (value > (own[best] ?? 0) ? at : best), 0);
  return { index, probability: Math.round(Math.min(1, own[index] ?? 0) * 1e4) / 1e4 };
}
