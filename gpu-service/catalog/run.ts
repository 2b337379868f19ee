import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { err, ok, type Result } from '../../shared/contract/result.ts';
import { writeDataset } from './dataset.ts';
import type { ImageTask } from './image/process.ts';
import { type ImageRecord, runImageStage } from './images-stage.ts';
import { writeMasters } from './masters.ts';
import type { Options } from './options.ts';
import { makeReport, type Report } from './report.ts';
import { writeSheets } from './sheets.ts';
import { type CatalogRow, readTable, shortHash } from './table.ts';
import { reportTokens } from './token-report.ts';

/** Raised whenever the same picture would come out with other pixels or measures: stopped runs then start afresh. */
const PIXELS_VERSION = 4;

export interface Progress {
  readonly onImages: (done: number, total: number, resumed: number) => void;
  readonly onStage: (stage: string) => void;
}

/** The whole way from a catalogue to a dataset. Errors are sentences for the person at the command line. */
export async function runCatalog(options: Options, progress: Progress): Promise<Result<Report, string>> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(options.csv);
  } catch {
    return err(`The catalogue ${options.csv} cannot be read.`);
  }
  if (!isFolder(options.images)) return err(`${options.images} is not a folder with pictures.`);
  try {
    mkdirSync(options.out, { recursive: true });
  } catch {
    return err(`The folder ${options.out} cannot be made.`);
  }
  const read = readTable(bytes, options.columns);
  if (!read.ok) return read;
  const table = { ...read.value, rows: read.value.rows.slice(0, options.limit) };
  if (table.rows.length === 0) return err('The CSV has a header but no rows.');

  progress.onStage('pictures');
  if (options.fresh) rmSync(path.join(options.out, '.work'), { recursive: true, force: true });
  const tasks = table.rows.map((row) => taskOf(row, options.images));
  const images: (ImageRecord | null)[] = await runImageStage(tasks, {
    out: options.out,
    key: keyOf(tasks),
    workers: options.workers,
    onProgress: (done, resumed) => progress.onImages(done, tasks.length, resumed),
  });

  progress.onStage('words and colours');
  const { assembled } = writeDataset(options.out, table.rows, images);
  const report = makeReport(assembled, table, reportTokens(assembled));
  writeFileSync(path.join(options.out, 'report.json'), `${JSON.stringify(report, null, 1)}\n`);
  if (options.sheets) {
    progress.onStage('contact sheets');
    await writeSheets(options.out, assembled);
  }
  if (options.masters) {
    progress.onStage('masters');
    await writeMasters(options.out, assembled);
  }
  return ok(report);
}

const isFolder = (folder: string): boolean =>
  statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;

function taskOf(row: CatalogRow, folder: string): ImageTask | null {
  if (row.problems.includes('no_image_name') || row.problems.includes('duplicate_id')) return null;
  return {
    file: locate(folder, row.image),
    background: colorOf(row.background),
    onModel: row.worn === '' ? null : /^(1|true|yes)$/i.test(row.worn),
    detailPx: Number.parseInt(row.detail, 10) || null,
  };
}

/** The image column may repeat the folder's own name ("images/a.jpg" beside --images …/images). */
function locate(folder: string, image: string): string {
  const inside = path.resolve(folder, image);
  if (statSync(inside, { throwIfNoEntry: false }) !== undefined) return inside;
  const beside = path.resolve(folder, '..', image);
  const sameFolder = path.dirname(beside) === path.resolve(folder);
  return sameFolder && statSync(beside, { throwIfNoEntry: false }) !== undefined ? beside : inside;
}

function colorOf(text: string): [number, number, number] | null {
  const [r, g, b, ...more] = text.split(/[,; ]+/).map(Number);
  const valid = (v: number | undefined): v is number => v !== undefined && v >= 0 && v <= 255;
  return more.length === 0 && valid(r) && valid(g) && valid(b) && text !== '' ? [r, g, b] : null;
}

/** Names everything that the pictures depend on: which files, how large and how old, and what the catalogue says of them. */
function keyOf(tasks: readonly (ImageTask | null)[]): string {
  const parts = tasks.map((task) => {
    if (task === null) return '-';
    const stat = statSync(task.file, { throwIfNoEntry: false });
    const age = stat === undefined ? 'none' : `${stat.size}@${Math.round(stat.mtimeMs)}`;
    return `${task.file}|${task.background}|${task.onModel}|${task.detailPx}|${age}`;
  });
  return shortHash(`${PIXELS_VERSION}\n${parts.join('\n')}`);
}
