/// <reference path="../../modules.d.ts" />

import type { Format, Size } from '../../../shared/contract/limits.ts';
import type { PictureRequest } from '../../../shared/contract/picture.ts';
import pictureModule from '../../dist/picture.wasm';
import { createPictureTools } from '../../edge/finish.ts';
import type { EdgeEngine, Finish } from '../../pipeline/generator/edge.ts';
import { wasmBytes } from './watch-memory.ts';

export const ownFinish = createPictureTools(pictureModule).finish;

export interface Served {
  fetch(request: Request): Promise<Response>;
}

/**
 * `/draw?count=n` draws n pictures of n seeds; `/finish?count=n&size=&format=` makes n files of the last one drawn;
 * `/whole?count=n` both, as a shopper gets them. `/heap` answers with the bytes of all WASM memories.
 */
export function serve(engine: EdgeEngine, finish: Finish = ownFinish): Served {
  let last: Uint8Array = new Uint8Array(64 * 64 * 3);
  return {
    async fetch({ url }) {
      const { pathname, searchParams } = new URL(url);
      const count = Number(searchParams.get('count') ?? 1);
      const size = Number(searchParams.get('size') ?? 256) as Size;
      const format = (searchParams.get('format') ?? 'webp') as Format;
      if (pathname === '/heap') return new Response(String(wasmBytes()));
      let bytes = 0;
      for (let seed = 1; seed <= count; seed += 1) {
        const request = { ...requestOf(seed), size, format };
        if (pathname !== '/finish') last = await engine.draw(request);
        if (pathname !== '/draw') bytes = (await finish(last, request)).length;
      }
      return new Response(String(bytes));
    },
  };
}

/** Four words and a colour, the seed's own. */
const requestOf = (seed: number): PictureRequest => ({
  model: 'bench',
  tokens: [4, 9, 12, 1],
  lab: [20 + (seed % 60), (seed % 40) - 20, (seed % 50) - 25],
  seed,
  size: 256,
  format: 'webp',
  stage: 'draft',
});
