import fc from 'fast-check';
import { expect } from 'vitest';
import { growth, type Sample } from '../../workers/bench/memory.ts';
import type { AnyRequest } from './any-request.ts';
import { patience } from './patience.ts';
import { type RawAnswer, rawClient } from './raw-client.ts';

/** How many requests a fuzz suite makes: `npm run fuzz` sets it. */
export const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 400);
export const FUZZ_MS = REQUESTS * patience(200) + 60_000;

const CLIENTS = 4;
const HANG_MS = 20_000;
const BATCH = 1_000;
const SAMPLES = 60;
/**
 * Fewer requests than these say nothing of growth: the heaps of workerd's isolates fill for some 65,000 requests, the
 * simulated KV's and its router's among them, until V8 collects as much as is made; then they go up and down.
 */
const ENOUGH = 150_000;
/** Of the run; and a kilobyte a request, less than any picture has. */
const LATE = 2 / 3;
const MAX_GROWTH = 1;

export interface Fuzzed {
  readonly url: string;
  readonly any: fc.Arbitrary<AnyRequest>;
  /** Throws what is wrong with an answer. */
  check(answer: RawAnswer): void;
  /** Resident, MB. */
  memory(): number;
}

/**
 * Asks so often, over several raw connections. A fault names the request, and the seed finds it again.
 * @returns the memory by thousands of requests
 */
export async function fuzz({ url, any, check, memory }: Fuzzed): Promise<readonly Sample[]> {
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() & 0x7fff_ffff);
  console.log(`fuzz: ${REQUESTS} requests, FUZZ_SEED=${seed}`);
  const requests = (function* () {
    for (let made = 0; ; made += BATCH) {
      yield* fc.sample(any, { numRuns: Math.min(REQUESTS, BATCH), seed: seed + made });
    }
  })();
  const samples: Sample[] = [];
  let made = 0;
  const clients = Array.from({ length: CLIENTS }, () => rawClient(url, patience(HANG_MS)));
  const run = async (client: (typeof clients)[number]): Promise<void> => {
    while (made < REQUESTS) {
      made += 1;
      if (made % Math.ceil(REQUESTS / SAMPLES) === 0) samples.push({ at: made / 1_000, mb: memory() });
      const request = requests.next().value;
      try {
        check(await client.ask(request));
      } catch (error) {
        throw new Error(`${error} for ${JSON.stringify(request)}`);
      }
    }
  };
  try {
    await Promise.all(clients.map(run));
  } finally {
    for (const client of clients) client.close();
  }
  return samples;
}

/** That memory does not grow any more; of a short run nothing can be said. */
export function expectFlat(samples: readonly Sample[]): void {
  if (REQUESTS < ENOUGH) return;
  console.log(samples.map(({ at, mb }) => `${at.toFixed(1)}k ${mb.toFixed(0)} MB`).join('\n'));
  const grown = growth(samples, LATE);
  console.log(`growth in the last third: ${grown.toFixed(2)} MB per thousand requests`);
  expect(grown).toBeLessThan(MAX_GROWTH);
}

/** A header of an answer: nothing of what was asked can end it or begin another. */
const HEADER_LINE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\x20-\x7e]*$/;

export function checkHead({ head }: RawAnswer): void {
  const [, ...lines] = head.split('\r\n');
  const odd = lines.find((line) => !HEADER_LINE.test(line) || /^set-cookie/i.test(line));
  if (odd !== undefined) throw new Error(JSON.stringify(odd));
}
