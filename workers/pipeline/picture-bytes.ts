import type { Format } from '../../shared/contract/limits.ts';

export interface PictureInfo {
  readonly format: Format;
  readonly width: number;
  readonly height: number;
}

/**
 * What the first bytes of a file say it is; null for anything but PNG and WebP.
 *
 * Sources: PNG specification (third edition), sections 5.2 and 11.2.1; RFC 9649 (WebP), section 2; RFC 6386
 * (VP8), section 9.1.
 */
export function inspectPicture(bytes: Uint8Array): PictureInfo | null {
  if (bytes.length < 30) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) === 0x8950_4e47 && view.getUint32(4) === 0x0d0a_1a0a) {
    return { format: 'png', width: view.getUint32(16), height: view.getUint32(20) };
  }
  if (ascii(bytes, 0) !== 'RIFF' || ascii(bytes, 8) !== 'WEBP') return null;
  const size = webpSize(ascii(bytes, 12), view);
  return size === null ? null : { format: 'webp', width: size[0], height: size[1] };
}

function webpSize(chunk: string, view: DataView): readonly [number, number] | null {
  switch (chunk) {
    case 'VP8 ':
      return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
    }
    case 'VP8X':
      return [1 + uint24(view, 24), 1 + uint24(view, 27)];
    default:
      return null;
  }
}

const uint24 = (view: DataView, at: number): number =>
  view.getUint16(at, true) | (view.getUint8(at + 2) << 16);

const ascii = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
