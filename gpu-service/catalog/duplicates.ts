import type { Lab } from '../../shared/contract/picture.ts';

/** One picture's fingerprint: a 64-bit difference hash (16 hex digits) and a 16×16 Lab thumbnail (base64 bytes). */
export interface Print {
  readonly row: number;
  readonly dhash: string;
  readonly thumb: string;
  readonly lab: Lab;
  /** Better pictures win: true detail first, then the earlier row. */
  readonly detailPx: number;
}

/** Twins agree within these: bits of the hash, Lab units of the measured colour, mean of the thumbnails' bytes. */
const MAX_BITS = 4;
const MAX_LAB = 2;
const MAX_MEAN = 0.6;

interface Prepared {
  readonly print: Print;
  readonly high: number;
  readonly low: number;
  readonly thumb: Uint8Array;
}

/**
 * Near-duplicates: the same picture again (another size, another compression). Black trousers resemble each other
 * too, so hash, colour and thumbnail must all agree. Returns, for each dropped row, the row that is kept.
 */
export function nearDuplicates(prints: readonly Print[]): Map<number, number> {
  const prepared = prints
    .map((print) => ({
      print,
      high: Number.parseInt(print.dhash.slice(0, 8), 16),
      low: Number.parseInt(print.dhash.slice(8), 16),
      thumb: Buffer.from(print.thumb, 'base64'),
    }))
    .sort((a, b) => a.print.lab[0] - b.print.lab[0] || a.print.row - b.print.row);
  const parent = prepared.map((_, index) => index);
  const root = (index: number): number => {
    let at = index;
    while (parent[at] !== undefined && parent[at] !== at) at = parent[at] ?? at;
    return at;
  };
  prepared.forEach((one, i) => {
    for (let j = i + 1; j < prepared.length; j++) {
      const other = prepared[j];
      if (other === undefined || other.print.lab[0] - one.print.lab[0] > MAX_LAB) break;
      if (isTwin(one, other)) parent[root(j)] = root(i);
    }
  });
  const best = new Map<number, Print>();
  prepared.forEach(({ print }, index) => {
    const group = root(index);
    const kept = best.get(group);
    if (kept === undefined || isBetter(print, kept)) best.set(group, print);
  });
  const dropped = new Map<number, number>();
  prepared.forEach(({ print }, index) => {
    const kept = best.get(root(index));
    if (kept !== undefined && kept !== print) dropped.set(print.row, kept.row);
  });
  return dropped;
}

const isBetter = (a: Print, b: Print): boolean =>
  a.detailPx > b.detailPx || (a.detailPx === b.detailPx && a.row < b.row);

function isTwin(a: Prepared, b: Prepared): boolean {
  if (ones(a.high ^ b.high) + ones(a.low ^ b.low) > MAX_BITS) return false;
  const [p, q] = [a.print.lab, b.print.lab];
  if (Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]) > MAX_LAB) return false;
  let sum = 0;
  for (let i = 0; i < a.thumb.length; i++) sum += Math.abs((a.thumb[i] ?? 0) - (b.thumb[i] ?? 0));
  return sum / Math.max(1, a.thumb.length) <= MAX_MEAN;
}

/** How many bits of a 32-bit integer are set. */
function ones(value: number): number {
  let v = value - ((value >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
