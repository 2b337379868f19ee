import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type RunningService, startServiceProcess, TOKEN } from '../../gpu-service/serve/process.ts';
import {
  CHROMIUM,
  DESK,
  NEEDS_CHROMIUM,
  openPage,
  PHONE,
  startBrowser,
  type WatchedPage,
} from '../../support/browser.ts';
import { describeIf } from '../../support/skip.ts';
import { type Storefront, startStorefront } from '../../support/storefront.ts';
import { startWorker, type WorkerUnderTest } from '../../support/worker.ts';

/** The page in a real browser, before the Worker in workerd and a GPU service of its own. */

/** Screenshots, for people to look at. */
const SHOTS = fileURLToPath(new URL('../../out/page/', import.meta.url));
const SIZES = [
  ['phone', PHONE],
  ['desk', DESK],
] as const;

const stateOf = (page: Page, state: string) => page.waitForSelector(`#stage[data-state="${state}"]`);
const rowHas = (page: Page, count: number) =>
  page.waitForFunction((wanted) => document.querySelectorAll('#steps > li').length === wanted, count);
const rowIs = (page: Page, state: string) =>
  page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll<HTMLElement>('#steps .frame')].every(
        (frame) => frame.dataset.state === wanted,
      ),
    state,
  );
const wordsOf = (page: Page) => page.locator('#steps .step-word').allTextContents();
const largeAlt = (page: Page) => page.locator('#large img').last().getAttribute('alt');
const notesOf = (page: Page, text: RegExp) => page.locator('#notes').filter({ hasText: text }).waitFor();
/** Writes as a person does, at the end of what is there. */
const type = (page: Page, text: string) => page.locator('#query').pressSequentially(text, { delay: 15 });

describeIf(CHROMIUM !== null, NEEDS_CHROMIUM)('the storefront page', () => {
  let service: RunningService;
  let worker: WorkerUnderTest;
  let shop: Storefront;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    service = await startServiceProcess();
    worker = await startWorker({ GPU_URL: service.url, GPU_TOKEN: TOKEN });
    shop = await startStorefront(worker);
    browser = await startBrowser();
    await mkdir(SHOTS, { recursive: true });
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.stop();
    await worker?.stop();
    service?.process.kill('SIGKILL');
  });

  const open = async (options: Parameters<typeof openPage>[1], path = '/?q='): Promise<void> => {
    watched = await openPage(browser, options);
    page = watched.page;
    await page.goto(shop.url + path);
  };
  beforeEach(() => open(DESK));
  afterEach(async () => {
    const [shifts, errors] = [await watched.shifts(), watched.errors];
    await watched.close();
    expect(shifts, 'nothing moves by itself').toEqual([]);
    expect(errors).toEqual([]);
  });

  it('adds a picture with every word, a draft first and the final when it is there', async () => {
    const before = shop.asked.length;
    const release = shop.holdFinals();
    await type(page, 'womens');
    await rowHas(page, 1);
    await type(page, ' red');
    await rowHas(page, 2);
    await type(page, ' wide leg');
    await rowHas(page, 3);
    await stateOf(page, 'draft');
    expect(await wordsOf(page)).toEqual(['women', 'red', 'wide leg']);
    expect(await page.locator('#stage-label').textContent()).toMatch(/^Draft/);
    expect(await largeAlt(page)).toBe('Women’s red wide leg pants (draft)');
    await page.locator('#color').filter({ hasText: 'red' }).waitFor();

    release();
    await stateOf(page, 'final');
    await rowIs(page, 'final');
    expect(await largeAlt(page)).toBe('Women’s red wide leg pants');
    expect(await page.locator('#stage-label').textContent()).toBe('');
    const pictures = shop.asked.slice(before).filter((address) => address.startsWith('/v1/preview/'));
    expect(pictures.toSorted(), 'each is asked for once').toEqual([...new Set(pictures)].sort());
    const edge = await page
      .locator('#large img')
      .last()
      .evaluate((image: HTMLImageElement) => image.naturalWidth);
    expect(edge).toBe(256);
  });

  it('takes a word back', async () => {
    await type(page, 'black jeans ripped');
    await rowHas(page, 3);
    for (const _ of ' ripped') await page.keyboard.press('Backspace');
    await rowHas(page, 2);
    await stateOf(page, 'final');
    expect(await wordsOf(page)).toEqual(['black', 'jeans']);
    expect(await largeAlt(page)).toBe('Black jeans');
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await rowHas(page, 0);
    await stateOf(page, 'empty');
    expect(await page.locator('#large img').count()).toBe(0);
  });

  it('keeps the draft and says so while the GPU service is away, and finishes when it is back', async () => {
    const port = new URL(service.url).port;
    service.process.kill('SIGKILL');
    await service.exit;
    await type(page, 'mens green cargo shorts');
    await rowHas(page, 4);
    await page.locator('#studio').filter({ hasText: 'away' }).waitFor();
    await stateOf(page, 'draft');
    await rowIs(page, 'draft');
    expect(await page.locator('#stage-label').textContent()).toBe('Draft');
    await page.screenshot({ path: `${SHOTS}away.png` });

    service = await startServiceProcess({ PORT: port });
    await stateOf(page, 'final');
    await rowIs(page, 'final');
    expect(await page.locator('#studio').textContent()).toBe('');
  });

  it('says what it does not know, and fixes a spelling by a click', async () => {
    await type(page, 'womens blakc zzzzzz jeans');
    await rowHas(page, 2);
    await notesOf(page, /“zzzzzz” is new to us/);
    await page.getByRole('button', { name: 'Replace blakc by black' }).click();
    await rowHas(page, 3);
    expect(await page.locator('#query').inputValue()).toBe('womens black zzzzzz jeans');
  });

  it('answers nonsense with a notice and no broken picture', async () => {
    await type(page, 'black');
    await rowHas(page, 1);
    await page.locator('#query').fill('qqqqqq xxxxxx');
    await notesOf(page, /We know no word of this yet/);
    await rowHas(page, 0);
    await stateOf(page, 'empty');
    await page.screenshot({ path: `${SHOTS}nonsense.png` });
    await page.locator('#query').fill('jeens');
    await page.getByRole('button', { name: 'Replace jeens by jeans' }).click();
    await rowHas(page, 1);
  });

  it('goes on by itself when the connection is back', async () => {
    await type(page, 'grey');
    await rowHas(page, 1);
    await page.context().setOffline(true);
    await type(page, ' shorts');
    await notesOf(page, /cannot be reached/);
    await page.context().setOffline(false);
    await rowHas(page, 2);
    await stateOf(page, 'final');
    await rowIs(page, 'final');
  });

  it('shows other looks, and the link shows the same again', async () => {
    await type(page, 'blue jeans');
    await rowHas(page, 2);
    await stateOf(page, 'final');
    const first = await page.locator('#large img').last().getAttribute('src');
    await page.getByRole('button', { name: 'Another look' }).click();
    await page.waitForFunction(
      (src) => document.querySelector('#large img:last-child')?.getAttribute('src') !== src,
      first,
    );
    await page.waitForURL(/seed=8/);
    const link = page.url();
    await page.goto('about:blank');
    await page.goto(link);
    await rowHas(page, 2);
    expect(await page.locator('#query').inputValue()).toBe('blue jeans');
    expect(await page.locator('#look').textContent()).toBe('Look 8');
    await page.getByRole('link', { name: 'red wide leg pants' }).click();
    await rowHas(page, 4);
    expect(page.url()).toContain(shop.url);
  });

  it('is used by keyboard alone', async () => {
    await page.locator('body').press('/');
    await page.keyboard.type('black wide leg jeans');
    await rowHas(page, 3);
    await stateOf(page, 'final');
    const first = page.getByRole('button', { name: /^Black pants.* black$/ });
    await first.focus();
    await page.keyboard.press('Enter');
    expect(await first.getAttribute('aria-current')).toBe('step');
    await page
      .locator('#title')
      .filter({ hasText: /^Black pants$/ })
      .waitFor();
  });

  it.each(SIZES)('fits a %s, from the first sight', async (name, size) => {
    await watched.close();
    await open(size, '/');
    await stateOf(page, 'final');
    await rowIs(page, 'final');
    await page.screenshot({ path: `${SHOTS}${name}-first.png` });
    await page.locator('#query').fill('women’s dark blue high waist skinny ripped jeans with belt');
    await rowHas(page, 7);
    await page.waitForURL(/skinny/);
    await stateOf(page, 'final');
    await rowIs(page, 'final');
    await page.screenshot({ path: `${SHOTS}${name}-words.png`, fullPage: true });
    const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(wide).toBeLessThanOrEqual(seen ?? 0);
  });

  it('is still for who asked for less motion', async () => {
    await watched.close();
    await open({ ...DESK, reducedMotion: 'reduce' });
    await page.evaluate(() => {
      Element.prototype.animate = () => {
        throw new Error('something moved');
      };
    });
    await type(page, 'white linen shorts');
    await rowHas(page, 3);
    await stateOf(page, 'final');
  });
});
