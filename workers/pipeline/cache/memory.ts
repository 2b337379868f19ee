import { previewKey } from '../../../shared/contract/picture.ts';
import { ok } from '../../../shared/contract/result.ts';
import type { Picture, PictureCache } from '../ports.ts';

export interface MemoryCache extends PictureCache {
  /** Bytes of pictures held. */
  readonly bytes: number;
}

/**
 * A cache in this isolate, least recently used out first. It holds the drafts: drawing one again costs less than
 * writing it to KV, and they need not outlive the isolate.
 * @param maxBytes of pictures, in all
 */
export function createMemoryCache(maxBytes: number): MemoryCache {
  const pictures = new Map<string, Picture>();
  let held = 0;

  function drop(key: string): void {
    held -= pictures.get(key)?.bytes.byteLength ?? 0;
    pictures.delete(key);
  }

  return {
    async get(request) {
      const key = previewKey(request);
      const picture = pictures.get(key);
      if (picture === undefined) return { kind: 'miss' };
      pictures.delete(key);
      pictures.set(key, picture);
      return { kind: 'hit', picture };
    },
    async put(request, picture) {
      const key = previewKey(request);
      drop(key);
      pictures.set(key, picture);
      held += picture.bytes.byteLength;
      for (const oldest of pictures.keys()) {
        if (held <= maxBytes) break;
        drop(oldest);
      }
      return ok(null);
    },
    get bytes() {
      return held;
    },
  };
}
