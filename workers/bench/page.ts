/**
 * From a key to the garment on the page, in Chromium, before `wrangler dev`: `npm run bench page [queries]`. The KV is
 * empty and every look is new, so that no picture was asked for before; nothing waits for a pause in the typing.
 *
 * A key's time ends after the first frame with the draft of its words, or of later ones if those were faster. `new`: the
 * key completed a word, the Worker drew. `same`: it did not, a draft that is there was served. `back`: the same words
 * once more, from the browser's cache. The three are measured in one run, key by key.
 */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { chromium, type Page } from 'playwright-core';
import type {} from '../component/restgan-preview.ts';
import { CHROMIUM, CHROMIUM_FLAGS, NEEDS_CHROMIUM } from './chromium.ts';
import { startDevServer } from './dev-server.ts';

/** A quick typist's pause. */
const KEY_MS = 150;
const TEXTS = [
  ' womens red wide leg',
  ' mens khaki cargo',
  ' girls pink joggers',
  ' blue skinny ripped',
  ' kids striped linen',
  ' black high waist belted',
];
const BARS = { p50: 60, p95: 150 };
const queries = Number(process.argv[3] ?? 24);

type Kind = 'new' | 'same' | 'back';
interface Key {
  readonly words: string;
  readonly ms: number;
  readonly alt: string;
}
declare global {
  interface Window {
    keys?: Key[];
    shift?: number;
  }
}

/** Runs in the page. */
function watch(): void {
  const field = document.querySelector<HTMLInputElement>('#query');
  const waiting: { words: string; since: number }[] = [];
  window.keys = [];
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      window.shift = (window.shift ?? 0) + (entry as PerformanceEntry & { value: number }).value;
    }
  }).observe({ type: 'layout-shift', buffered: true });
  field?.addEventListener('keydown', (event) => {
    const since = event.timeStamp;
    setTimeout(() => waiting.push({ words: field.value.trim().replace(/\s+/g, ' '), since }));
  });
  document.querySelector('restgan-preview')?.addEventListener('draft', (event) => {
    const { query, alt } = (event as CustomEvent<{ query: string; alt: string }>).detail;
    const at = waiting.findLastIndex(({ words }) => words === query);
    if (at < 0) return;
    const done = waiting.splice(0, at + 1);
    // Once the frame with the picture has been made, a task runs.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        const now = performance.now();
        for (const { words, since } of done) window.keys?.push({ words, ms: now - since, alt });
      };
      port2.postMessage(null);
    });
  });
}

async function typeAll(page: Page, keys: readonly string[]): Promise<readonly Key[]> {
  await page.evaluate(() => {
    window.keys = [];
  });
  for (const key of keys) {
    await page.keyboard.press(key);
    await page.waitForTimeout(KEY_MS);
  }
  await page.waitForTimeout(1_000);
  return page.evaluate(() => window.keys ?? []);
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

async function measure(url: string): Promise<{ times: Record<Kind, number[]>; shift: number }> {
  if (CHROMIUM === null) throw new Error(NEEDS_CHROMIUM);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
  const times: Record<Kind, number[]> = { new: [], same: [], back: [] };
  let shift = 0;
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    for (let turn = -1; turn < queries; turn += 1) {
      const text = TEXTS.at(turn % TEXTS.length) ?? '';
      const seed = 1_000 + turn * 100;
      await page.goto(`${url}/?q=pants&seed=${seed}`);
      await page.waitForFunction(() => document.querySelector('restgan-preview')?.state === 'draft');
      await page.waitForTimeout(1_000);
      await page.evaluate(watch);
      await page.locator('#query').press('End');
      const typed = await typeAll(
        page,
        [...text].map((key) => (key === ' ' ? 'Space' : key)),
      );
      const back = await typeAll(
        page,
        [...text].map(() => 'Backspace'),
      );
      shift += await page.evaluate(() => window.shift ?? 0);
      // The first one warms the isolate and the browser.
      if (turn < 0) continue;
      let alt = 'Pants';
      for (const key of typed) {
        times[key.alt === alt ? 'same' : 'new'].push(key.ms);
        alt = key.alt;
      }
      times.back.push(...back.map(({ ms }) => ms));
    }
  } finally {
    await browser.close();
  }
  return { times, shift };
}

function report({ times, shift }: { times: Record<Kind, number[]>; shift: number }): void {
  const rows = Object.entries(times).map(([kind, values]) => {
    const at = (q: number): number => Number(quantile(values, q).toFixed(1));
    return [kind, { keys: values.length, p50: at(0.5), p95: at(0.95), most: at(1) }] as const;
  });
  console.log(`From a key to the frame with its draft, ms; a key every ${KEY_MS} ms\n`);
  console.table(Object.fromEntries(rows));
  const [p50, p95] = [quantile(times.new, 0.5), quantile(times.new, 0.95)];
  console.log(`new p50 ${p50.toFixed(0)} ms  (bar ${BARS.p50} at most)`);
  console.log(`new p95 ${p95.toFixed(0)} ms  (bar ${BARS.p95} at most)`);
  console.log(`new : back, p50 ${(p50 / quantile(times.back, 0.5)).toFixed(2)}x`);
  console.log(`layout shift ${shift}  (bar 0)`);
  const module = readFileSync(new URL('../dist/page/restgan-preview.js', import.meta.url));
  console.log(`restgan-preview.js ${gzipSync(module).length} bytes, compressed  (bar 6144 at most)`);
}

const server = await startDevServer();
try {
  report(await measure(server.url));
} finally {
  await server.stop();
}
