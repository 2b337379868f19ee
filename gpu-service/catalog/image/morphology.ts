/** Binary images are `Uint8Array`s of 0 and 1, row by row, with their width and height beside them. */
export interface Grid {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Grid {
  readonly left: number;
  readonly top: number;
}

export interface Component {
  readonly label: number;
  readonly area: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** 4- or 8-connected components of the pixels where `mask` is 1. Labels start at 1; 0 is everything else. */
export function components(
  mask: Uint8Array,
  { width, height }: Grid,
  eight: boolean,
): { labels: Int32Array; list: Component[] } {
  const labels = new Int32Array(mask.length);
  const stack = new Int32Array(mask.length);
  const list: Component[] = [];
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] !== 1 || labels[start] !== 0) continue;
    const label = list.length + 1;
    let depth = 0;
    stack[depth++] = start;
    labels[start] = label;
    let area = 0;
    let left = width;
    let right = 0;
    let top = height;
    let bottom = 0;
    while (depth > 0) {
      const at = stack[--depth] ?? 0;
      const y = Math.floor(at / width);
      const x = at - y * width;
      area++;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
      const fromY = y > 0 ? -1 : 0;
      const toY = y < height - 1 ? 1 : 0;
      const fromX = x > 0 ? -1 : 0;
      const toX = x < width - 1 ? 1 : 0;
      for (let dy = fromY; dy <= toY; dy++) {
        for (let dx = fromX; dx <= toX; dx++) {
          if (!eight && dx !== 0 && dy !== 0) continue;
          const next = at + dy * width + dx;
          if (mask[next] === 1 && labels[next] === 0) {
            labels[next] = label;
            stack[depth++] = next;
          }
        }
      }
    }
    list.push({ label, area, left, top, right, bottom });
  }
  return { labels, list };
}

/** Pixels of `allowed` that are connected to a pixel of `seeds` (8-connected): the hysteresis step. */
export function grow(seeds: Uint8Array, allowed: Uint8Array, grid: Grid): Uint8Array {
  const { labels, list } = components(allowed, grid, true);
  const keep = new Uint8Array(list.length + 1);
  for (let i = 0; i < seeds.length; i++) {
    const label = labels[i] ?? 0;
    if (seeds[i] === 1 && label > 0) keep[label] = 1;
  }
  return pick(labels, keep);
}

/** The mask of the pixels whose label is kept (`keep[label]` is 1). A plain loop: this runs on every pixel of a catalogue. */
export function pick(labels: Int32Array, keep: Uint8Array): Uint8Array {
  const out = new Uint8Array(labels.length);
  for (let i = 0; i < labels.length; i++) out[i] = keep[labels[i] ?? 0] ?? 0;
  return out;
}

/** The box around a mask's pixels, `margin` wider on each side where the picture allows; null for an empty mask. */
export function boxAround(mask: Uint8Array, { width, height }: Grid, margin: number): Box | null {
  let left = width;
  let right = -1;
  let top = height;
  let bottom = -1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (mask[y * width + x] !== 1) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  if (right < 0) return null;
  left = Math.max(0, left - margin);
  top = Math.max(0, top - margin);
  return {
    left,
    top,
    width: Math.min(width, right + margin + 1) - left,
    height: Math.min(height, bottom + margin + 1) - top,
  };
}

/** The part of an image inside a box; `channels` bytes a pixel. */
export function crop(pixels: Uint8Array, channels: number, grid: Grid, box: Box): Uint8Array {
  const out = new Uint8Array(box.width * box.height * channels);
  for (let y = 0; y < box.height; y++) {
    const from = ((y + box.top) * grid.width + box.left) * channels;
    out.set(pixels.subarray(from, from + box.width * channels), y * box.width * channels);
  }
  return out;
}

/** How many pixels of a mask are 1. */
export function areaOf(mask: Uint8Array): number {
  let area = 0;
  for (let i = 0; i < mask.length; i++) area += mask[i] ?? 0;
  return area;
}

/** Every pixel whose neighbourhood within `radius` (a square) lies in the mask; outside the image counts as 0. */
export function erode(mask: Uint8Array, grid: Grid, radius: number): Uint8Array {
  return thresholdSums(mask, grid, radius, radius, (sum, full) => sum === full);
}

export function dilate(mask: Uint8Array, grid: Grid, radiusX: number, radiusY: number): Uint8Array {
  return thresholdSums(mask, grid, radiusX, radiusY, (sum) => sum > 0);
}

/** Evens an outline: a pixel is in the mask when most of the square around it is. */
export function majority(mask: Uint8Array, grid: Grid, radius: number): Uint8Array {
  return thresholdSums(mask, grid, radius, radius, (sum, full) => sum * 2 > full);
}

function thresholdSums(
  mask: Uint8Array,
  { width, height }: Grid,
  radiusX: number,
  radiusY: number,
  test: (sum: number, full: number) => boolean,
): Uint8Array {
  const table = new Int32Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += mask[y * width + x] ?? 0;
      table[(y + 1) * (width + 1) + x + 1] = row + (table[y * (width + 1) + x + 1] ?? 0);
    }
  }
  const at = (x: number, y: number): number => table[y * (width + 1) + x] ?? 0;
  const full = (2 * radiusX + 1) * (2 * radiusY + 1);
  const out = new Uint8Array(mask.length);
  for (let y = 0; y < height; y++) {
    const y0 = Math.max(0, y - radiusY);
    const y1 = Math.min(height, y + radiusY + 1);
    for (let x = 0; x < width; x++) {
      const x0 = Math.max(0, x - radiusX);
      const x1 = Math.min(width, x + radiusX + 1);
      const sum = at(x1, y1) - at(x0, y1) - at(x1, y0) + at(x0, y0);
      out[y * width + x] = test(sum, full) ? 1 : 0;
    }
  }
  return out;
}
