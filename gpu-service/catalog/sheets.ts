import { closeSync, mkdirSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { VOCABULARY } from '../../shared/query/index.ts';
import { PACKS } from './images-stage.ts';
import type { Assembled } from './rows.ts';
import { spread } from './token-report.ts';

const TILE = 66;
const COLUMNS = 10;
const PICTURES = 50;
const EDGE = 64;

/**
 * Contact sheets (PNG) of the standardised pictures: 50 per token, per reason, and of the usable ones. They show
 * a shop's photographs: the dataset folder is never to be committed.
 */
export async function writeSheets(out: string, assembled: readonly Assembled[]): Promise<number> {
  const folder = path.join(out, 'sheets');
  mkdirSync(folder, { recursive: true });
  const shown = assembled.filter(({ image }) => image !== null && image.pack64 !== null);
  const sheets: [string, Assembled[]][] = [['usable', shown.filter(({ row }) => row.usable.generator)]];
  for (const token of VOCABULARY) {
    const trained = shown.filter(({ row }) => row.usable.generator && row.tokens.includes(token.id));
    const mined = trained.filter(({ row }) => row.mined.includes(token.id));
    sheets.push([`token-${token.id}-${fileName(token.word)}`, mined.length >= PICTURES ? mined : trained]);
  }
  for (const reason of new Set(shown.flatMap(({ row }) => [...row.reasons]))) {
    sheets.push([`reason-${fileName(reason)}`, shown.filter(({ row }) => row.reasons.includes(reason))]);
  }
  const pack = openSync(path.join(out, PACKS.pack64), 'r');
  try {
    for (const [name, items] of sheets) {
      if (items.length > 0) await writeSheet(path.join(folder, `${name}.png`), spread(items, PICTURES), pack);
    }
  } finally {
    closeSync(pack);
  }
  return sheets.length;
}

async function writeSheet(file: string, items: readonly Assembled[], pack: number): Promise<void> {
  const columns = Math.min(COLUMNS, items.length);
  const width = columns * TILE;
  const height = Math.ceil(items.length / columns) * TILE;
  const pixels = new Uint8Array(width * height * 3).fill(200);
  const tile = new Uint8Array(EDGE * EDGE * 4);
  items.forEach(({ image }, index) => {
    readSync(pack, tile, 0, tile.length, (image?.pack64 ?? 0) * tile.length);
    const left = (index % columns) * TILE + 1;
    const top = Math.floor(index / columns) * TILE + 1;
    for (let i = 0; i < EDGE * EDGE; i++) {
      const alpha = (tile[i * 4 + 3] ?? 0) / 255;
      const to = ((top + Math.floor(i / EDGE)) * width + left + (i % EDGE)) * 3;
      for (let channel = 0; channel < 3; channel++) {
        pixels[to + channel] = Math.round(255 + ((tile[i * 4 + channel] ?? 255) - 255) * alpha);
      }
    }
  });
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(file);
}

const fileName = (word: string): string => word.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '');
