import type { Finish } from '../pipeline/generator/edge.ts';
import { encode } from './encode.ts';
import { upscale } from './upscale.ts';

const STAGE1_EDGE = 64;

/** Stage-I's bytes at the size and in the format asked for. */
export const finishDraft: Finish = (rgb, { size, format }) =>
  encode(upscale(rgb, STAGE1_EDGE, size / STAGE1_EDGE), size, format);
