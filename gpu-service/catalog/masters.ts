import { closeSync, mkdirSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { PACKS } from './images-stage.ts';
import type { Assembled } from './rows.ts';

/** Writes a WebP with alpha, 256×256, for every row that has one in the pack, as images/<id>.webp. */
export async function writeMasters(out: string, assembled: readonly Assembled[]): Promise<number> {
  const folder = path.join(out, 'images');
  mkdirSync(folder, { recursive: true });
  const pack = openSync(path.join(out, PACKS.pack256), 'r');
  const pixels = new Uint8Array(256 * 256 * 4);
  let written = 0;
  try {
    for (const { row } of assembled) {
      if (row.pack256 === null) continue;
      readSync(pack, pixels, 0, pixels.length, row.pack256 * pixels.length);
      const name = row.id.replace(/[^\w.-]/g, '_');
      await sharp(pixels, { raw: { width: 256, height: 256, channels: 4 } })
        .webp({ quality: 90, alphaQuality: 90 })
        .toFile(path.join(folder, `${name}.webp`));
      written++;
    }
  } finally {
    closeSync(pack);
  }
  return written;
}
