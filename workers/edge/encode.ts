// @ts-expect-error The package types an instance's exports; the bundler gives the module.
import pngModule from '@jsquash/png/codec/pkg/squoosh_png_bg.wasm';
import encodePng, { init as initPng } from '@jsquash/png/encode.js';
import webpModule from '@jsquash/webp/codec/enc/webp_enc_simd.wasm';
import encodeWebp, { init as initWebp } from '@jsquash/webp/encode.js';
import type { Format } from '../../shared/contract/limits.ts';

/** The GPU service's quality; a faster method, as a draft is looked at for a moment. */
const WEBP = { quality: 85, method: 2 } as const;

let webp: Promise<unknown> | null = null;
let png: Promise<unknown> | null = null;

/**
 * Encodes a square sRGB picture; equal bytes in give equal bytes out.
 * @param rgb size × size × 3 bytes, row by row
 */
export async function encode(
  rgb: Uint8Array,
  size: number,
  format: Format,
): Promise<Uint8Array<ArrayBuffer>> {
  const picture = { data: withAlpha(rgb), width: size, height: size, colorSpace: 'srgb' } as const;
  if (format === 'webp') {
    webp ??= initWebp(webpModule);
    await webp;
    return new Uint8Array(await encodeWebp(picture, WEBP));
  }
  png ??= initPng(pngModule);
  await png;
  return new Uint8Array(await encodePng(picture));
}

function withAlpha(rgb: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const pixels = rgb.length / 3;
  const rgba = new Uint8ClampedArray(pixels * 4).fill(255);
  for (let i = 0; i < pixels; i += 1) {
    rgba[i * 4] = rgb[i * 3] ?? 0;
    rgba[i * 4 + 1] = rgb[i * 3 + 1] ?? 0;
    rgba[i * 4 + 2] = rgb[i * 3 + 2] ?? 0;
  }
  return rgba;
}
