import sharp from 'sharp';
import type { Cutout } from './cutout.ts';
import type { Box } from './morphology.ts';

/** Free margin on each side of the square, as a share of its edge. */
export const MARGIN = 0.03;

/** The box of pixels at least half opaque; null when there is none. */
export function boxOf(cutout: Cutout): Box | null {
  let left = cutout.width;
  let right = -1;
  let top = cutout.height;
  let bottom = -1;
  for (let y = 0; y < cutout.height; y++) {
    for (let x = 0; x < cutout.width; x++) {
      if ((cutout.rgba[(y * cutout.width + x) * 4 + 3] ?? 0) < 128) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
  }
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/**
 * Fits the garment into a square with its aspect kept, 3 % margin, centred. Lanczos on premultiplied RGBA
 * (sharp premultiplies around a resize by itself). Returns straight RGBA, `edge`×`edge`×4, white under alpha 0.
 */
export async function fitSquare(cutout: Cutout, box: Box, edge: number): Promise<Uint8Array> {
  const inner = Math.round(edge * (1 - 2 * MARGIN));
  const scale = inner / Math.max(box.width, box.height);
  const width = Math.max(1, Math.round(box.width * scale));
  const height = Math.max(1, Math.round(box.height * scale));
  const { data } = await sharp(cutout.rgba, {
    raw: { width: cutout.width, height: cutout.height, channels: 4 },
  })
    .extract(box)
    .resize(width, height, { fit: 'fill', kernel: 'lanczos3' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const out = new Uint8Array(edge * edge * 4);
  for (let i = 0; i < out.length; i += 4) out.fill(255, i, i + 3);
  const left = Math.floor((edge - width) / 2);
  const top = Math.floor((edge - height) / 2);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 4;
      const to = ((y + top) * edge + x + left) * 4;
      const alpha = data[from + 3] ?? 0;
      if (alpha < 3) continue;
      out[to] = data[from] ?? 255;
      out[to + 1] = data[from + 1] ?? 255;
      out[to + 2] = data[from + 2] ?? 255;
      out[to + 3] = alpha > 252 ? 255 : alpha;
    }
  }
  return out;
}
