import { type Client, type PreviewsAnswer, RestganError } from '../../shared/client/index.ts';
import type { Format, Size } from '../../shared/contract/limits.ts';

/** One picture to be made ahead of time. */
export interface Wish {
  readonly q: string;
  readonly seed: number;
  readonly size: Size;
  readonly format: Format;
}

export interface WarmReport {
  readonly ready: number;
  /** Lines that no picture can be made of, and why. */
  readonly refused: readonly { readonly q: string; readonly detail: string }[];
  /** Still queued when the time was over. */
  readonly waiting: number;
}

export interface WarmRun {
  readonly client: Pick<Client, 'previews'>;
  /** Pictures that are done already, by `nameOf`; what becomes ready is added. */
  readonly done: Set<string>;
  readonly chunk: number;
  /** Pictures asked for a second, at most. */
  readonly rate: number;
  /** How long to wait for what is queued. */
  readonly waitMs: number;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Called after every answer; `done` has been brought up to date. */
  readonly onProgress: (ready: number) => Promise<void> | void;
}

export const nameOf = ({ q, seed, size, format }: Wish): string => `${seed} ${size} ${format} ${q}`;

/** Between looks at what is queued: each costs a read of KV a picture. */
const POLL_MS = 5_000;
const MAX_RETRIES = 8;

/**
 * Has pictures drawn ahead of time and waits until they are there. Asked again, it leaves out what is done; the Worker
 * leaves out what is in its cache.
 */
export async function warm(wishes: readonly Wish[], run: WarmRun): Promise<WarmReport> {
  const { done, chunk, rate, waitMs, sleep, onProgress } = run;
  const refused = new Map<string, { q: string; detail: string }>();
  const open = (): Wish[] => wishes.filter((wish) => !done.has(nameOf(wish)) && !refused.has(nameOf(wish)));

  async function ask(all: readonly Wish[], enqueue: boolean): Promise<void> {
    for (let at = 0; at < all.length; at += chunk) {
      const part = all.slice(at, at + chunk);
      const since = Date.now();
      const { pictures } = await patiently(() => run.client.previews({ pictures: part, enqueue }), sleep);
      part.forEach((wish, index) => {
        take(wish, pictures[index]);
      });
      await onProgress(wishes.length - open().length - refused.size);
      if (at + chunk < all.length)
        await sleep(Math.max(0, (part.length / rate) * 1_000 - (Date.now() - since)));
    }
  }

  function take(wish: Wish, picture: PreviewsAnswer['pictures'][number] | undefined): void {
    if (picture?.state === 'ready') done.add(nameOf(wish));
    if (picture?.state === 'refused') refused.set(nameOf(wish), { q: wish.q, detail: picture.detail });
  }

  await ask(open(), true);
  for (let waited = 0; open().length > 0 && waited < waitMs; waited += POLL_MS) {
    await sleep(POLL_MS);
    await ask(open(), false);
  }
  const waiting = open().length;
  return { ready: wishes.length - waiting - refused.size, refused: [...refused.values()], waiting };
}

/** Busy is no failure: asks again when the answer says so, later with every time. */
async function patiently<T>(call: () => Promise<T>, sleep: WarmRun['sleep']): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const busy =
        error instanceof RestganError
          ? error.status === 429 || error.status >= 500
          : error instanceof TypeError;
      if (!busy || attempt >= MAX_RETRIES) throw error;
      const asked = error instanceof RestganError ? error.retryAfter : null;
      await sleep((asked ?? 2 ** attempt) * 1_000);
    }
  }
}
