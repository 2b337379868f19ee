import { TOKEN } from './gpu-process.ts';

/** What the GPU service said to one creation, and how long it took to say it. */
export interface Said {
  /** HTTP status, or 0 when there was no answer. */
  readonly http: number;
  /** Of the prediction, or of the problem; empty when there was none. */
  readonly status: string;
  readonly ms: number;
}

/** Asks the GPU service for one picture of 256 px and waits for it. @param url of the process */
export async function askService(url: string, seed: number): Promise<Said> {
  const since = performance.now();
  const input = { tokens: [4, 9, 1], lab: [30, 10, 5], seed, size: 256, format: 'webp' };
  try {
    const answer = await fetch(`${url}/predictions`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ input }),
    });
    const { status } = (await answer.json()) as { status: string | number };
    return { http: answer.status, status: String(status), ms: performance.now() - since };
  } catch {
    return { http: 0, status: '', ms: performance.now() - since };
  }
}

/** Pictures a second that so many callers get who ask again as soon as they have their answer. */
export async function capacity(
  url: string,
  callers: number,
  seconds: number,
  firstSeed = 0,
): Promise<number> {
  let made = 0;
  let seed = firstSeed;
  const since = performance.now();
  const caller = async (): Promise<void> => {
    while (performance.now() - since < seconds * 1_000) {
      seed += 1;
      if ((await askService(url, seed)).http === 201) made += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return (made * 1_000) / (performance.now() - since);
}
