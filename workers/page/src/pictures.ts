import { type Answer, failureOf, OFFLINE } from './api.ts';

/** A picture in memory; `src` is an object URL. */
export interface Picture {
  readonly src: string;
  readonly stage: 'draft' | 'final';
}

/** Pictures kept; far above what one page shows at a time, so that a shown one is never given back. */
const KEPT = 120;

export interface Pictures {
  /** The picture at an address, asked for once. Never rejects; a failure is not kept. */
  load(url: string): Promise<Answer<Picture>>;
  /** The picture, if it is here already. */
  peek(url: string): Picture | null;
}

/**
 * Pictures by address. They are fetched rather than given to `<img>` directly, because an `<img>` shows a
 * notice's picture without telling its status.
 */
export function createPictures(): Pictures {
  const here = new Map<string, Picture>();
  const asked = new Map<string, Promise<Answer<Picture>>>();

  const keep = (url: string, picture: Picture): void => {
    here.delete(url);
    here.set(url, picture);
    for (const [oldest, { src }] of here) {
      if (here.size <= KEPT) break;
      here.delete(oldest);
      URL.revokeObjectURL(src);
    }
  };

  const ask = async (url: string): Promise<Answer<Picture>> => {
    try {
      const response = await fetch(url, { headers: { accept: 'application/problem+json, image/*' } });
      if (!response.ok) return { ok: false, failure: await failureOf(response) };
      const stage = response.headers.get('x-preview-stage') === '1' ? 'draft' : 'final';
      const picture = { src: URL.createObjectURL(await response.blob()), stage } as const;
      keep(url, picture);
      return { ok: true, value: picture };
    } catch {
      return { ok: false, failure: OFFLINE };
    }
  };

  return {
    load(url) {
      const picture = here.get(url);
      if (picture !== undefined) {
        keep(url, picture);
        return Promise.resolve({ ok: true, value: picture });
      }
      const running = asked.get(url);
      if (running !== undefined) return running;
      const answer = ask(url).finally(() => asked.delete(url));
      asked.set(url, answer);
      return answer;
    },
    peek: (url) => here.get(url) ?? null,
  };
}
