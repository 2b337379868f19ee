import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { GENDERS, TYPES } from '../../shared/model/classes.ts';
import { VOCABULARY, VOCABULARY_VERSION } from '../../shared/query/index.ts';
import { clusterColors, nearest } from './clusters.ts';
import { colorWords } from './color-words.ts';
import { type ImageRecord, PACKS } from './images-stage.ts';
import { type Assembled, assemble, type DatasetRow } from './rows.ts';
import type { CatalogRow } from './table.ts';

export const DATASET_VERSION = 1;

export interface Dataset {
  readonly assembled: readonly Assembled[];
}

/** The fast second half: words, colours and the files that training reads. Needs no image again. */
export function writeDataset(
  out: string,
  rows: readonly CatalogRow[],
  images: readonly (ImageRecord | null)[],
): Dataset {
  const assembled = assemble(rows, images);
  const measured = assembled.flatMap(({ row }) =>
    row.usable.generator && row.lab !== null && row.split === 'train' ? [row.lab] : [],
  );
  const clustering = clusterColors(measured);
  const lines = assembled.map(
    ({ row }): DatasetRow => ({
      ...row,
      cluster: row.lab === null || clustering.k === 0 ? null : nearest(row.lab, clustering.centroids),
    }),
  );
  write(out, 'rows.jsonl', `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
  const words = colorWords(
    lines.flatMap((row) =>
      row.usable.generator && row.split === 'train' && row.lab !== null && row.colorWord !== null
        ? [{ word: row.colorWord, lab: row.lab, solid: row.solid }]
        : [],
    ),
  );
  write(
    out,
    'colors.json',
    `${JSON.stringify({ whitePoint: 'D65', k: clustering.k, centroids: clustering.centroids, sweep: clustering.sweep, words })}\n`,
  );
  const stored = (key: 'pack64' | 'pack256'): number =>
    images.reduce((most, image) => Math.max(most, (image?.[key] ?? -1) + 1), 0);
  write(
    out,
    'dataset.json',
    `${JSON.stringify(
      {
        version: DATASET_VERSION,
        vocabularyVersion: VOCABULARY_VERSION,
        rows: lines.length,
        ok: lines.filter((row) => row.status === 'ok').length,
        usable: {
          generator: lines.filter((row) => row.usable.generator).length,
          classifier: lines.filter((row) => row.usable.classifier).length,
          text: lines.filter((row) => row.usable.text).length,
        },
        packs: {
          rgba64: { file: PACKS.pack64, shape: [stored('pack64'), 64, 64, 4], dtype: 'uint8' },
          rgba256: { file: PACKS.pack256, shape: [stored('pack256'), 256, 256, 4], dtype: 'uint8' },
          note: 'Straight RGBA, sRGB, white under alpha 0. A picture that no row names (near-duplicates) stays in the pack.',
        },
        files: { rows: 'rows.jsonl', colors: 'colors.json', report: 'report.json' },
        types: TYPES,
        genders: GENDERS,
        tokens: VOCABULARY.map(({ id, word, kind, group }) => ({ id, word, kind, group: group ?? null })),
        clusters: { whitePoint: 'D65', centroids: clustering.centroids },
      },
      null,
      1,
    )}\n`,
  );
  return { assembled: assembled.map((item, index) => ({ ...item, row: lines[index] ?? item.row })) };
}

const write = (out: string, name: string, text: string): void => writeFileSync(path.join(out, name), text);
