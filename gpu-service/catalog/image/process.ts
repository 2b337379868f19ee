import type { Lab } from '../../../shared/contract/picture.ts';
import { type Cutout, cutOut } from './cutout.ts';
import { boxOf, fitSquare } from './fit.ts';
import { estimateGround } from './ground.ts';
import { type ImageNote, type Loaded, loadImage } from './load.ts';
import { maskGarment } from './mask.ts';
import { measureColor } from './measure.ts';
import { areaOf, components, type Grid } from './morphology.ts';
import { fingerprint, measureShape, type Shape } from './shape.ts';
import { type Masked, raggedness } from './tidy.ts';
import { looksWorn } from './worn.ts';

export type ImageReason =
  | 'missing'
  | 'unreadable'
  | 'corrupt'
  | 'too_many_pixels'
  | 'too_small'
  | 'no_garment'
  | 'busy_ground'
  | 'multipack'
  | 'close_up'
  | 'worn'
  | 'ragged';

export interface ImageTask {
  readonly file: string;
  /** The catalogue's word on the ground (sRGB) and on being worn, null when it has none. */
  readonly background: readonly [number, number, number] | null;
  readonly onModel: boolean | null;
  /** True height of the best copy, when the catalogue knows it. */
  readonly detailPx: number | null;
}

export interface ImageResult {
  /** Why there is no picture at all, or why it is not one for the generator. */
  readonly reasons: readonly ImageReason[];
  readonly notes: readonly ImageNote[];
  readonly detailPx: number;
  readonly onModel: boolean;
  readonly lab: Lab | null;
  readonly labSpread: number;
  readonly share: number;
  readonly shape: Shape | null;
  readonly dhash: string | null;
  readonly thumb: string | null;
  /** Straight RGBA, 64×64×4 and 256×256×4; the larger one only where there is detail for it. */
  readonly rgba64: Uint8Array | null;
  readonly rgba256: Uint8Array | null;
}

/** Least true height, in pixels, of a picture that is worth a 256-px version. */
export const DETAIL_256 = 220;
/** A garment whose longer side is shorter than this, or a picture with less true height, has no detail for 64 px. */
const LEAST_SIDE = 56;
const LEAST_DETAIL = 100;
/** At 64 px: the longest believable outline (over the root of the area), and the fewest pixels of a garment. */
const RAGGED = 12.5;
const LEAST_AREA = 250;

/** Reads and standardises one product picture; never throws for what is wrong with the picture. */
export async function processImage(task: ImageTask): Promise<ImageResult> {
  const loaded = await loadImage(task.file);
  if (!loaded.ok) return nothing(task, [loaded.error], []);
  const image = loaded.value;
  const detailPx = task.detailPx ?? image.sourceHeight;
  if (Math.min(image.width, image.height) < 16) return nothing(task, ['too_small'], image.notes, detailPx);
  const reasons: ImageReason[] = [];
  const { cutout, masked, covered, plain } = separate(image, task.background);
  const box = cutout === null ? null : boxOf(cutout);
  if (cutout === null || box === null || box.width * box.height < image.width * image.height * 0.01) {
    return nothing(task, ['no_garment'], image.notes, detailPx);
  }
  if (plain < 0.5) reasons.push('busy_ground');
  if (covered.filter((share) => share > 0.12).length >= 2) reasons.push('close_up');
  const main = masked.parts[0];
  const second = masked.parts[1];
  if (main !== undefined && second !== undefined && second.area >= main.area * 0.25)
    reasons.push('multipack');
  if (Math.max(box.width, box.height) < LEAST_SIDE || detailPx < LEAST_DETAIL) reasons.push('too_small');
  const rgba64 = await fitSquare(cutout, box, 64);
  const shape = measureShape(rgba64);
  if (isRagged(rgba64)) reasons.push('ragged');
  const color = measureColor(cutout);
  const onModel = task.onModel ?? looksWorn(rgba64, color?.lab ?? null, covered[1] ?? 0);
  if (onModel) reasons.push('worn');
  const detailed = detailPx >= DETAIL_256 && reasons.length === 0;
  return {
    reasons,
    notes: image.notes,
    detailPx,
    onModel,
    lab: color?.lab ?? null,
    labSpread: color?.labSpread ?? 0,
    share: color?.share ?? 0,
    shape,
    ...fingerprint(rgba64),
    rgba64,
    rgba256: detailed ? await fitSquare(cutout, box, 256) : null,
  };
}

interface Separated {
  readonly cutout: Cutout | null;
  readonly masked: Masked;
  readonly covered: readonly number[];
  readonly plain: number;
}

function separate(image: Loaded, background: ImageTask['background']): Separated {
  const { pixels, channels } = image;
  if (channels === 4) {
    const mask = new Uint8Array(image.width * image.height);
    for (let i = 0; i < mask.length; i++) mask[i] = (pixels[i * 4 + 3] ?? 0) >= 128 ? 1 : 0;
    const cutout = cutOut(pixels, channels, image, null, mask);
    return { cutout, masked: { mask, parts: bySize(mask, image) }, covered: [0, 0, 0, 0], plain: 1 };
  }
  const ground = estimateGround(pixels, channels, image, background);
  const masked = maskGarment(pixels, channels, image, ground);
  const cutout = cutOut(pixels, channels, image, ground, masked.mask);
  return { cutout, masked, covered: coveredSides(masked.mask, image), plain: ground.plain };
}

/** Share of each border (left, top, right, bottom), two pixels in, that the garment covers. */
function coveredSides(mask: Uint8Array, { width, height }: Grid): [number, number, number, number] {
  const share = (count: number, at: (i: number) => number): number => {
    let on = 0;
    for (let i = 0; i < count; i++) on += mask[at(i)] ?? 0;
    return on / count;
  };
  return [
    share(height, (i) => i * width + 2),
    share(width, (i) => 2 * width + i),
    share(height, (i) => i * width + width - 3),
    share(width, (i) => (height - 3) * width + i),
  ];
}

const bySize = (mask: Uint8Array, grid: Grid) =>
  components(mask, grid, true).list.sort((a, b) => b.area - a.area || a.label - b.label);

/** A torn outline, or next to nothing: on 64 px, trousers have a raggedness of 8 to 11. */
function isRagged(rgba: Uint8Array): boolean {
  const mask = new Uint8Array(rgba.length / 4);
  for (let i = 0; i < mask.length; i++) mask[i] = (rgba[i * 4 + 3] ?? 0) >= 128 ? 1 : 0;
  return areaOf(mask) < LEAST_AREA || raggedness(mask, { width: 64, height: 64 }) > RAGGED;
}

function nothing(
  task: ImageTask,
  reasons: ImageReason[],
  notes: readonly ImageNote[],
  detailPx = 0,
): ImageResult {
  return {
    reasons,
    notes,
    detailPx: task.detailPx ?? detailPx,
    onModel: task.onModel ?? false,
    lab: null,
    labSpread: 0,
    share: 0,
    shape: null,
    dhash: null,
    thumb: null,
    rgba64: null,
    rgba256: null,
  };
}
