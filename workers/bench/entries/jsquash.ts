/// <reference path="../../modules.d.ts" />
// @ts-expect-error The package types an instance's exports; the bundler gives the module.
import pngModule from '@jsquash/png/codec/pkg/squoosh_png_bg.wasm';
import encodePng, { init as initPng } from '@jsquash/png/encode.js';
import webpModule from '@jsquash/webp/codec/enc/webp_enc_simd.wasm';
import encodeWebp, { init as initWebp } from '@jsquash/webp/encode.js';
import pictureModule from '../../dist/picture.wasm';
import type { Finish } from '../../pipeline/generator/edge.ts';
import { kernel } from './make-kernel.ts';
import { serve } from './serve.ts';

/** libwebp's fastest way that looks at the picture at all, at the quality that our own encoder has. */
const WEBP = { quality: 85, method: 2, segments: 1 } as const;

const { memory, sourceAt, pixelsAt, enlarge } = new WebAssembly.Instance(pictureModule)
  .exports as unknown as {
  readonly memory: WebAssembly.Memory;
  readonly sourceAt: WebAssembly.Global;
  readonly pixelsAt: WebAssembly.Global;
  enlarge(factor: number): void;
};

let started: Promise<unknown> | null = null;

/** The libraries, on pictures that our own module has enlarged. */
const finish: Finish = async (rgb, { size, format }) => {
  started ??= format === 'webp' ? initWebp(webpModule) : initPng(pngModule);
  await started;
  new Uint8Array(memory.buffer, sourceAt.value, rgb.length).set(rgb);
  enlarge(size / 64);
  const data = new Uint8ClampedArray(memory.buffer.slice(pixelsAt.value, pixelsAt.value + size * size * 4));
  const picture = { data, width: size, height: size, colorSpace: 'srgb' } as const;
  return new Uint8Array(await (format === 'webp' ? encodeWebp(picture, WEBP) : encodePng(picture)));
};

export default serve(kernel, finish);
