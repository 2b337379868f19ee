import sharp from 'sharp';
import { expect } from 'vitest';
import { patience } from '../../support/patience.ts';
import type { WorkerUnderTest } from '../../support/worker.ts';

export const BUDGET_MS = 1_000;
export const DEADLINE_MS = 3_000;
/** What an answer may take beyond its budget. */
const GRACE_MS = 250;

/** What a shopper sees. */
export interface Seen {
  readonly what: 'final' | 'draft' | 'notice';
  readonly source: string | null;
  readonly ms: number;
  readonly bytes: Buffer;
}

/**
 * Asks as an `<img>` does, and checks what is promised whatever fails: within the budget and 250 ms, an image that can
 * be shown or a notice; and only a true final may be remembered as one.
 */
export async function look(
  worker: WorkerUnderTest,
  address: string,
  stage: 'auto' | 'final' = 'auto',
  deadlineMs = DEADLINE_MS,
): Promise<Seen> {
  const since = performance.now();
  const answer = await worker.fetch(`${address}&stage=${stage}`, { headers: { 'Sec-Fetch-Dest': 'image' } });
  const ms = performance.now() - since;
  const bytes = Buffer.from(await answer.arrayBuffer());
  const budget = stage === 'auto' ? BUDGET_MS : deadlineMs;
  expect(ms).toBeLessThan(budget + patience(GRACE_MS));
  const { width, format } = await sharp(bytes).metadata();
  expect(width).toBe(256);
  const what =
    format === 'svg' ? 'notice' : answer.headers.get('X-Preview-Stage') === '2' ? 'final' : 'draft';
  expect(what === 'notice' ? answer.status : 200).toBe(answer.status);
  if (what === 'notice') expect(answer.status).toBeGreaterThanOrEqual(429);
  if (what !== 'final') expect(answer.headers.get('Cache-Control')).toBe('no-store');
  return { what, source: answer.headers.get('X-Preview-Source'), ms, bytes };
}

/** Every value that KV holds is a final and the picture of its key; returns how many there are. */
export async function finalsInKv(worker: WorkerUnderTest): Promise<number> {
  const { keys } = await worker.kv.list();
  for (const { name } of keys) {
    expect(name).toMatch(/:256:webp:final$/);
    const value = await worker.kv.get(name, 'arrayBuffer');
    expect(await sharp(Buffer.from(value ?? new ArrayBuffer(0))).metadata()).toMatchObject({
      format: 'webp',
      width: 256,
    });
  }
  return keys.length;
}
