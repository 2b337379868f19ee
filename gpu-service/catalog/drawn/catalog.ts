import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { drawGarment, PICTURE } from './draw.ts';
import { type DrawnGarment, garmentAt } from './garments.ts';
import { describe } from './words.ts';

const COLUMNS = [
  'id',
  'file',
  'title',
  'seller_name',
  'description',
  'type',
  'gender',
  'colour',
  'appearance',
  'style',
  'detail_px',
] as const;

/**
 * Writes a small catalogue of drawn garments: catalog.csv and images/*.jpg in `out`. It has no photographs, so
 * that tests and people without a catalogue can run the whole way. The same count and seed give the same bytes.
 */
export async function writeDrawnCatalog(
  out: string,
  count: number,
  seed: number,
): Promise<readonly DrawnGarment[]> {
  mkdirSync(path.join(out, 'images'), { recursive: true });
  const garments = Array.from({ length: count }, (_, index) => garmentAt(seed, index));
  const lines = [COLUMNS.join(',')];
  for (const garment of garments) {
    const file = `images/${garment.id}.jpg`;
    await sharp(Buffer.from(drawGarment(garment)))
      .jpeg({ quality: 88 })
      .toFile(path.join(out, file));
    const text = describe(garment);
    const cells: Record<(typeof COLUMNS)[number], string> = {
      id: garment.id,
      file,
      title: text.title,
      seller_name: text.name,
      description: text.description,
      type: garment.type,
      gender: garment.gender,
      colour: garment.color,
      appearance: text.appearance,
      style: garment.style,
      detail_px: String(PICTURE.height),
    };
    lines.push(COLUMNS.map((column) => quoted(cells[column])).join(','));
  }
  writeFileSync(path.join(out, 'catalog.csv'), `${lines.join('\n')}\n`);
  return garments;
}

const quoted = (cell: string): string => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
