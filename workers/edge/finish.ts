import type { Format } from '../../shared/contract/limits.ts';
import type { Checksum } from '../pipeline/cache/kv.ts';
import type { Finish } from '../pipeline/generator/edge.ts';

const EDGE = 64;

/** What workers/edge/picture/index.ts exports. */
interface PictureModule {
  readonly memory: WebAssembly.Memory;
  readonly sourceAt: WebAssembly.Global;
  readonly rowsAt: WebAssembly.Global;
  readonly fileAt: WebAssembly.Global;
  readonly fileRoom: WebAssembly.Global;
  readonly deflatedAt: WebAssembly.Global;
  webp(factor: number): number;
  rows(factor: number): number;
  png(factor: number, deflated: number): number;
  xxh32(length: number, seed: number): number;
}

/** What is done to the bytes of pictures in the isolate. */
export interface PictureTools {
  /** From Stage-I's bytes to a file of the size and the format asked for; equal bytes in give equal bytes out. */
  readonly finish: Finish;
  /** XXH32, of every 256 KiB seeded with that of those before. At once: a digest of the platform's costs a promise. */
  readonly checksum: Checksum;
}

/**
 * One instance serves every request of the isolate: nothing is left in its memory while a request waits.
 * @param module workers/edge/picture, compiled
 */
export function createPictureTools(module: WebAssembly.Module): PictureTools {
  const encoder = new WebAssembly.Instance(module).exports as unknown as PictureModule;
  const { buffer } = encoder.memory;
  const source = new Uint8Array(buffer, encoder.sourceAt.value, EDGE * EDGE * 3);
  const file = new Uint8Array(buffer, encoder.fileAt.value, encoder.fileRoom.value);
  const copyOf = (at: WebAssembly.Global, bytes: number): Uint8Array<ArrayBuffer> =>
    new Uint8Array(buffer.slice(at.value, at.value + bytes));

  async function png(rgb: Uint8Array, factor: number): Promise<Uint8Array<ArrayBuffer>> {
    source.set(rgb);
    const deflated = await deflate(copyOf(encoder.rowsAt, encoder.rows(factor)));
    new Uint8Array(buffer, encoder.deflatedAt.value, deflated.length).set(deflated);
    return copyOf(encoder.fileAt, encoder.png(factor, deflated.length));
  }

  async function webp(rgb: Uint8Array, factor: number): Promise<Uint8Array<ArrayBuffer>> {
    source.set(rgb);
    return copyOf(encoder.fileAt, encoder.webp(factor));
  }

  function checksum(bytes: Uint8Array): number {
    const room: number = encoder.fileRoom.value;
    let sum = 0;
    let at = 0;
    do {
      const part = bytes.subarray(at, at + room);
      file.set(part);
      sum = encoder.xxh32(part.length, sum);
      at += room;
    } while (at < bytes.length);
    return sum >>> 0;
  }

  const encode = { png, webp } satisfies Record<Format, unknown>;
  return { finish: (rgb, { size, format }) => encode[format](rgb, size / EDGE), checksum };
}

/** RFC 1950, by the platform. */
async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const deflated = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(deflated).arrayBuffer());
}
