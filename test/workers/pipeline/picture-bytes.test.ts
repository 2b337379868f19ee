import fc from 'fast-check';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { inspectPicture } from '../../../workers/pipeline/picture-bytes.ts';

const base = (width: number, height: number, channels: 3 | 4) =>
  sharp({ create: { width, height, channels, background: { r: 120, g: 30, b: 40, alpha: 0.5 } } });

it.each([
  ['png', () => base(64, 48, 3).png()],
  ['webp', () => base(256, 128, 3).webp()],
  ['webp', () => base(130, 67, 3).webp({ lossless: true })],
  ['webp', () => base(65, 31, 4).webp()],
] as const)('reads %s', async (format, make) => {
  const { data, info } = await make().toBuffer({ resolveWithObject: true });
  expect(inspectPicture(new Uint8Array(data))).toEqual({ format, width: info.width, height: info.height });
});

it('takes nothing else for a picture, and never throws', async () => {
  expect(inspectPicture(new Uint8Array(await base(64, 64, 3).jpeg().toBuffer()))).toBeNull();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      inspectPicture(bytes);
    }),
  );
});
