/**
 * `npm run build && npm run bench page [texts]`: from a key to the garment on the page, in Chromium, before workerd. The
 * KV is empty and every look is new, so that no picture was asked for before; nothing waits for a pause in the typing.
 *
 * A key's time ends when the browser has shown the first frame with the draft of its words, or of later ones if those
 * were faster (Element Timing API). `new`: the
 * key completed a word, the Worker drew. `same`: it did not, a draft that is there was served. Both are measured in one
 * run, key by key.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium, type Page } from 'playwright-core';
import type {} from '../component/restgan-preview.ts';
import { CHROMIUM, CHROMIUM_FLAGS, NEEDS_CHROMIUM } from './chromium.ts';
import { median, quantile } from './numbers.ts';
import { bundle } from './process.ts';
import { startWorkerd } from './workerd.ts';

/** A quick typist's pause. */
const KEY_MS = 150;
/** After the last key. */
const REST_MS = 500;
const TEXTS = [
  ' mens tan slim cargo belt',
  ' girls red wide linen crop',
  ' kids navy check jersey',
  ' her pink loose twill mini',
  ' blue skinny denim ripped',
  ' boys khaki gym fleece',
];
const BARS = { p50: 60, p95: 150 };
const PAGE = fileURLToPath(new URL('../dist/page', import.meta.url));
const texts = Number(process.argv[3] ?? 8);

/** A key and its draft; times in ms. */
interface Key {
  readonly alt: string;
  /** From the key until the frame with the draft was shown. */
  readonly total: number;
  /** Until the draft was asked for; from then until it had come; until it was on the page; until that was shown. */
  readonly asked: number;
  readonly answered: number;
  readonly decoded: number;
  readonly painted: number;
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
  const wordsOf = ({ value }: HTMLInputElement): string => value.trim().replace(/\s+/g, ' ');
  const waiting: { words: string; since: number }[] = [];
  const marks: { alt: string; src: string; at: number; done: typeof waiting }[] = [];
  window.keys = [];
  window.shift = 0;
  performance.setResourceTimingBufferSize(10_000);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      window.shift = (window.shift ?? 0) + (entry as PerformanceEntry & { value: number }).value;
    }
  }).observe({ type: 'layout-shift', buffered: true });
  field?.addEventListener('keydown', (event) => {
    const since = event.timeStamp;
    const before = wordsOf(field);
    setTimeout(() => {
      // A space after a word changes nothing yet.
      if (wordsOf(field) !== before) waiting.push({ words: wordsOf(field), since });
    });
  });
  document.querySelector('restgan-preview')?.addEventListener('draft', (event) => {
    const { query, alt, src } = (event as CustomEvent<{ query: string; alt: string; src: string }>).detail;
    const at = waiting.findLastIndex(({ words }) => words === query);
    if (at < 0) return;
    const done = waiting.splice(0, at + 1);
    // A mark that comes onto the page with the picture: the browser says when it showed the frame with both. It does
    // not say so of what is in a shadow tree.
    const mark = document.createElement('span');
    mark.textContent = '.';
    mark.style.cssText = 'position: fixed; left: 0; bottom: 0';
    mark.setAttribute('elementtiming', String(marks.push({ alt, src, done, at: performance.now() }) - 1));
    document.body.append(mark);
    setTimeout(() => mark.remove(), 1_000);
  });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { identifier, renderTime } = entry as PerformanceEntry & {
        identifier: string;
        renderTime: number;
      };
      const mark = marks[Number(identifier)];
      if (mark === undefined) continue;
      const request = performance.getEntriesByName(new URL(mark.src, location.href).href).at(-1);
      if (request === undefined) continue;
      const { startTime, duration } = request;
      for (const { since } of mark.done) {
        window.keys?.push({
          alt: mark.alt,
          total: renderTime - since,
          asked: startTime - since,
          answered: duration,
          decoded: mark.at - startTime - duration,
          painted: renderTime - mark.at,
        });
      }
    }
  }).observe({ type: 'element' });
}

/** One text on a page of its own. @param seed of a look that nobody has asked for */
async function typeOnto(page: Page, url: string, text: string, seed: number): Promise<readonly Key[]> {
  await page.goto(`${url}/?q=pants&seed=${seed}`);
  await page.waitForFunction(() => document.querySelector('restgan-preview')?.state === 'draft');
  // Its other looks are drawn after a rest.
  await page.waitForFunction(() =>
    [...document.querySelectorAll('restgan-preview')].every(({ state }) => state === 'draft'),
  );
  await page.evaluate(watch);
  await page.locator('#query').press('End');
  for (const key of text) {
    await page.keyboard.press(key === ' ' ? 'Space' : key);
    await page.waitForTimeout(KEY_MS);
  }
  await page.waitForTimeout(REST_MS);
  return page.evaluate(() => window.keys ?? []);
}

async function measure(url: string): Promise<{ keys: Record<'new' | 'same', Key[]>; shift: number }> {
  if (CHROMIUM === null) throw new Error(NEEDS_CHROMIUM);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
  const keys: Record<'new' | 'same', Key[]> = { new: [], same: [] };
  let shift = 0;
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    // The first one warms the isolate and the browser.
    for (let turn = -1; turn < texts; turn += 1) {
      const typed = await typeOnto(page, url, TEXTS.at(turn % TEXTS.length) ?? '', 1_000 + turn * 100);
      if (turn < 0) continue;
      shift += await page.evaluate(() => window.shift ?? 0);
      let alt = 'Pants';
      for (const key of typed) {
        keys[key.alt === alt ? 'same' : 'new'].push(key);
        alt = key.alt;
      }
    }
  } finally {
    await browser.close();
  }
  return { keys, shift };
}

function report({ keys, shift }: Awaited<ReturnType<typeof measure>>): void {
  const row = (of: readonly Key[]) => {
    const all = (pick: keyof Omit<Key, 'alt'>): number[] => of.map((key) => key[pick]);
    return {
      keys: of.length,
      p50: all('total').length === 0 ? Number.NaN : round(median(all('total'))),
      p95: round(quantile(all('total'), 0.95)),
      most: round(Math.max(...all('total'))),
      'p50 asked': round(median(all('asked'))),
      'p50 answered': round(median(all('answered'))),
      'p50 decoded': round(median(all('decoded'))),
      'p50 painted': round(median(all('painted'))),
    };
  };
  console.log(`From a key until its draft is shown, ms; a key every ${KEY_MS} ms`);
  console.log(`Load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} processors\n`);
  console.table({ new: row(keys.new), same: row(keys.same) });
  const totals = keys.new.map(({ total }) => total);
  console.log(`new p50 ${median(totals).toFixed(0)} ms  (bar ${BARS.p50} at most)`);
  console.log(`new p95 ${quantile(totals, 0.95).toFixed(0)} ms  (bar ${BARS.p95} at most)`);
  console.log(
    `new : same, p50 ${(median(totals) / median(keys.same.map(({ total }) => total))).toFixed(2)}x`,
  );
  console.log(`layout shift ${shift}  (bar 0)`);
  const module = readFileSync(join(PAGE, 'restgan-preview.js'));
  console.log(`restgan-preview.js ${gzipSync(module).length} bytes, compressed  (bar 6144 at most)`);
}

const round = (value: number): number => Math.round(value * 10) / 10;

const dir = mkdtempSync(join(tmpdir(), 'restgan-bench-page-'));
try {
  await bundle('worker', dir, '../index.ts');
  const worker = await startWorkerd(dir, {}, PAGE);
  report(await measure(worker.url));
  await worker.stop();
} finally {
  rmSync(dir, { recursive: true, force: true });
}
