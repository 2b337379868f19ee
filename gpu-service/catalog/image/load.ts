import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { err, ok, type Result } from '../../../shared/contract/result.ts';
import type { Grid } from './morphology.ts';

export interface Loaded extends Grid {
  /** sRGB, 3 or 4 channels, interleaved. */
  readonly pixels: Uint8Array;
  readonly channels: 3 | 4;
  /** Size of the file's picture before it was shrunk for work. */
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** Peculiarities that were dealt with (reported, not rejected). */
  readonly notes: readonly ImageNote[];
}

export type ImageFault = 'missing' | 'unreadable' | 'corrupt' | 'too_many_pixels';
export type ImageNote = 'animated' | 'cmyk' | 'greyscale' | 'alpha' | 'huge' | 'sixteen_bit' | 'rotated';

/** Pictures with more pixels than this are refused (a decompression bomb, not a product picture). */
export const MAX_INPUT_PIXELS = 120_000_000;
/** Longer edge that work is done at: the 256-px master needs no more. */
const WORK_EDGE = 432;

/** Decodes one image file to sRGB bytes; every fault comes back as a code. */
export async function loadImage(file: string): Promise<Result<Loaded, ImageFault>> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    return err((error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'unreadable');
  }
  try {
    const meta = await sharp(bytes, { limitInputPixels: false }).metadata();
    const { width = 0, height = 0 } = meta;
    if (width * height > MAX_INPUT_PIXELS) return err('too_many_pixels');
    const notes: ImageNote[] = [];
    if ((meta.pages ?? 1) > 1) notes.push('animated');
    if (meta.space === 'cmyk') notes.push('cmyk');
    if (meta.space === 'b-w' || meta.space === 'grey16') notes.push('greyscale');
    if (meta.depth === 'ushort') notes.push('sixteen_bit');
    if ((meta.orientation ?? 1) > 1) notes.push('rotated');
    const large = Math.max(width, height) > WORK_EDGE;
    if (Math.max(width, height) > 4000) notes.push('huge');
    let pipeline = sharp(bytes, { limitInputPixels: MAX_INPUT_PIXELS, failOn: 'truncated' }).autoOrient();
    if (large) pipeline = pipeline.resize(WORK_EDGE, WORK_EDGE, { fit: 'inside', kernel: 'lanczos3' });
    const { data, info } = await pipeline
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const see = seeThrough(data, info.channels);
    if (see) notes.push('alpha');
    const channels = see ? 4 : 3;
    const pixels = toChannels(data, info.channels, channels);
    return ok({
      pixels,
      channels,
      width: info.width,
      height: info.height,
      sourceWidth: width,
      sourceHeight: height,
      notes,
    });
  } catch {
    return err('corrupt');
  }
}

function seeThrough(data: Uint8Array, channels: number): boolean {
  if (channels !== 4 && channels !== 2) return false;
  let clear = 0;
  for (let i = channels - 1; i < data.length; i += channels) if ((data[i] ?? 255) < 128) clear++;
  return clear > (data.length / channels) * 0.02;
}

function toChannels(data: Uint8Array, from: number, to: 3 | 4): Uint8Array {
  if (from === to) return data;
  const count = data.length / from;
  const out = new Uint8Array(count * to);
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < 3; channel++)
      out[i * to + channel] = data[i * from + (from < 3 ? 0 : channel)] ?? 0;
    if (to === 4) out[i * 4 + 3] = data[i * from + from - 1] ?? 255;
  }
  return out;
}
