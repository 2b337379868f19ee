import { labPlane, round2 } from './lab.ts';

/** Numbers read off the standardised 64-px picture, for near-duplicates and for checking words against pictures. */
export interface Shape {
  /** Height over width of the garment's box. */
  readonly aspect: number;
  /** Garment width at the hip (30 % down), knee (65 %) and hem (96 %), summed over the legs, over the box's width. */
  readonly hip: number;
  readonly knee: number;
  readonly hem: number;
  /** Mean absolute lightness step across and down, inside the garment: stripes and checks have more. */
  readonly stepX: number;
  readonly stepY: number;
  /** Share of the garment's box that is covered. */
  readonly fill: number;
  /** Difference between the left and right half of the silhouette, as a share of its area. */
  readonly lopsided: number;
}

const EDGE = 64;

export function measureShape(rgba: Uint8Array): Shape {
  const inside = (x: number, y: number): boolean => (rgba[(y * EDGE + x) * 4 + 3] ?? 0) >= 128;
  let left = EDGE;
  let right = -1;
  let top = EDGE;
  let bottom = -1;
  let area = 0;
  let differing = 0;
  for (let y = 0; y < EDGE; y++) {
    for (let x = 0; x < EDGE; x++) {
      if (inside(x, y) !== inside(EDGE - 1 - x, y)) differing++;
      if (!inside(x, y)) continue;
      area++;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  const width = Math.max(1, right - left + 1);
  const height = Math.max(1, bottom - top + 1);
  const rowWidth = (share: number): number => {
    const y = Math.min(bottom, top + Math.round((height - 1) * share));
    let covered = 0;
    for (let x = left; x <= right; x++) if (inside(x, y)) covered++;
    return round2(covered / width);
  };
  const lab = labPlane(rgba, 4);
  let stepX = 0;
  let stepY = 0;
  let nx = 0;
  let ny = 0;
  const L = (x: number, y: number): number => lab[(y * EDGE + x) * 3] ?? 0;
  for (let y = top + 1; y < bottom; y++) {
    for (let x = left + 1; x < right; x++) {
      if (!inside(x, y) || !inside(x + 1, y + 1) || !inside(x - 1, y - 1)) continue;
      stepX += Math.abs(L(x + 1, y) - L(x, y));
      stepY += Math.abs(L(x, y + 1) - L(x, y));
      nx++;
      ny++;
    }
  }
  return {
    aspect: round2(height / width),
    hip: rowWidth(0.3),
    knee: rowWidth(0.65),
    hem: rowWidth(0.96),
    stepX: round2(nx === 0 ? 0 : stepX / nx),
    stepY: round2(ny === 0 ? 0 : stepY / ny),
    fill: round2(area / (width * height)),
    lopsided: round2(area === 0 ? 0 : differing / area),
  };
}

/** 64-bit difference hash (8×9 lightness means over white), as 16 hex digits, and an 8×8 thumbnail of Lab bytes. */
export function fingerprint(rgba: Uint8Array): { dhash: string; thumb: string } {
  const lab = labPlane(rgba, 4);
  const cell = (x0: number, x1: number, y0: number, y1: number): [number, number, number] => {
    let L = 0;
    let a = 0;
    let b = 0;
    let n = 0;
    for (let y = Math.floor(y0); y < y1; y++) {
      for (let x = Math.floor(x0); x < x1; x++) {
        const at = y * EDGE + x;
        const alpha = (rgba[at * 4 + 3] ?? 0) / 255;
        L += 100 + ((lab[at * 3] ?? 0) - 100) * alpha;
        a += (lab[at * 3 + 1] ?? 0) * alpha;
        b += (lab[at * 3 + 2] ?? 0) * alpha;
        n++;
      }
    }
    return [L / n, a / n, b / n];
  };
  let hash = 0n;
  for (let y = 0; y < 8; y++) {
    const row = Array.from(
      { length: 9 },
      (_, x) => cell((x * EDGE) / 9, ((x + 1) * EDGE) / 9, y * 8, y * 8 + 8)[0],
    );
    for (let x = 0; x < 8; x++) hash = (hash << 1n) | ((row[x] ?? 0) > (row[x + 1] ?? 0) ? 1n : 0n);
  }
  const thumb = new Uint8Array(16 * 16 * 3);
  for (let y = 0; y < 16; y++) {
    for (let x = 0; x < 16; x++) {
      const [L, a, b] = cell(x * 4, x * 4 + 4, y * 4, y * 4 + 4);
      thumb.set([Math.round(L * 2.55), Math.round(a + 128), Math.round(b + 128)], (y * 16 + x) * 3);
    }
  }
  return { dhash: hash.toString(16).padStart(16, '0'), thumb: Buffer.from(thumb).toString('base64') };
}
