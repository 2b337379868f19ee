import type { PictureRequest } from '../../shared/contract/picture.ts';
import { finishDraft } from '../edge/finish.ts';
import type { EdgeEngine } from '../pipeline/generator/edge.ts';

const SIZE = 256;

/** `/draw?count=n` draws n pictures of n seeds; `/first` one as a shopper gets it, encoded; any other address nothing. */
export function serve(engine: EdgeEngine | null): { fetch(request: Request): Promise<Response> } {
  return {
    async fetch({ url }) {
      const { pathname, searchParams } = new URL(url);
      if (engine === null || pathname === '/') return new Response('ready');
      if (pathname === '/first') {
        const request = requestOf(0);
        const picture = await finishDraft(await engine.draw(request), request);
        return new Response(`${picture.length} bytes`);
      }
      const count = Number(searchParams.get('count'));
      for (let seed = 1; seed <= count; seed += 1) await engine.draw(requestOf(seed));
      return new Response(`${count} pictures`);
    },
  };
}

/** Four words and a colour, the seed's own. */
const requestOf = (seed: number): PictureRequest => ({
  model: 'bench',
  tokens: [4, 9, 12, 1],
  lab: [20 + (seed % 60), (seed % 40) - 20, (seed % 50) - 25],
  seed,
  size: SIZE,
  format: 'webp',
  stage: 'draft',
});
