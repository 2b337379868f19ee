import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type {} from '../../../workers/component/restgan-preview.ts';
import { CHROMIUM, DESK, NEEDS_CHROMIUM, PHONE } from '../../support/browser.ts';
import { patience } from '../../support/patience.ts';
import { setScene } from '../../support/scene.ts';
import { describeIf } from '../../support/skip.ts';
import type { Storefront } from '../../support/storefront.ts';

declare global {
  interface Window {
    axe: typeof axe;
    shifts?: string[];
  }
}

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
/** Whether all small pictures of a list are so far. */
const listIs = (page: Page, list: 'steps' | 'looks', state: string) =>
  page.waitForFunction(
    ([id, wanted]) =>
      [...(document.getElementById(id ?? '')?.querySelectorAll('restgan-preview') ?? [])].every(
        (preview) => preview.state === wanted,
      ),
    [list, state],
  );
const wordsOf = (page: Page) => page.locator('#steps .step-word').allTextContents();
const largeAlt = (page: Page) => page.locator('#large .layers img').last().getAttribute('alt');
const notesOf = (page: Page, text: RegExp) => page.locator('#notes').filter({ hasText: text }).waitFor();
const typed = (page: Page) => page.locator('#query').inputValue();
/** Writes as a person does, at the end of what is there. */
const type = (page: Page, text: string) => page.locator('#query').pressSequentially(text, { delay: 15 });

describeIf(CHROMIUM !== null, NEEDS_CHROMIUM)('the storefront page', () => {
  const scene = setScene();
  let shop: Storefront;
  let page: Page;

  beforeAll(async () => {
    shop = scene.storefront;
    await mkdir(SHOTS, { recursive: true });
  });

  const open = async (options: BrowserContextOptions, path = '/?q='): Promise<void> => {
    await scene.open(options, shop.url + path);
    page = scene.page;
  };

  describe.each(SIZES)('on a %s', (name, size) => {
    const shot = (what: string, fullPage = false) =>
      page.screenshot({ path: `${SHOTS}${name}-${what}.png`, fullPage });
    beforeEach(() => open(size));
    afterEach(scene.leave);

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
      await listIs(page, 'steps', 'draft');
      expect(await wordsOf(page)).toEqual(['women', 'red', 'wide leg']);
      expect(await page.locator('#stage-label').textContent()).toMatch(/^Draft/);
      await page.locator('#color').filter({ hasText: 'red' }).waitFor();

      release();
      await stateOf(page, 'final');
      await listIs(page, 'steps', 'final');
      expect(await largeAlt(page)).toBe('Women’s red wide leg pants');
      expect(await page.locator('#stage-label').textContent()).toBe('');
      await page
        .locator('#color')
        .filter({ hasText: /Drawn as #[0-9a-f]{6}, ΔE \d/ })
        .waitFor();
      const pictures = shop.asked.slice(before).filter((address) => address.startsWith('/v1/preview'));
      expect(pictures.toSorted(), 'each is asked for once').toEqual([...new Set(pictures)].sort());
    });

    it('takes a word back, and all of them', async () => {
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
      await page.getByRole('button', { name: 'Add women' }).waitFor();
      await shot('empty');
    });

    it(
      'keeps the draft and says so while the GPU service is away, and finishes when it is back',
      async () => {
        const start = await scene.loseService();
        const color = name === 'phone' ? 'green' : 'beige';
        await type(page, `mens ${color} cargo shorts`);
        await rowHas(page, 4);
        await page.locator('#studio').filter({ hasText: 'away' }).waitFor();
        await stateOf(page, 'draft');
        await listIs(page, 'steps', 'draft');
        expect(await page.locator('#stage-label').textContent()).toBe('Draft');
        await shot('away');

        await start();
        await stateOf(page, 'final');
        await listIs(page, 'steps', 'final');
        expect(await page.locator('#studio').textContent()).toBe('');
      },
      patience(120_000),
    );

    it('shows something on a slow line, and the right thing in the end', async () => {
      const line = await page.context().newCDPSession(page);
      await line.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: 500,
        downloadThroughput: 60_000,
        uploadThroughput: 30_000,
      });
      await type(page, 'womens denim shorts');
      await page.locator('#large .layers img').first().waitFor();
      await shot('slow');
      await type(page, ' ripped');
      await stateOf(page, 'final');
      await rowHas(page, 4);
      expect(await largeAlt(page)).toBe('Women’s ripped denim shorts');
      await listIs(page, 'steps', 'final');
    });

    it('answers nonsense with a notice and no broken picture', async () => {
      await type(page, 'black');
      await rowHas(page, 1);
      await page.locator('#query').fill('qqqqqq xxxxxx');
      await notesOf(page, /We know no word of this yet/);
      await rowHas(page, 0);
      await stateOf(page, 'empty');
      await page.waitForFunction(
        () => document.querySelector('#large')?.shadowRoot?.querySelector('img') === null,
      );
      await shot('nonsense');
      await page.locator('#query').fill('jeens');
      await page.getByRole('button', { name: 'Replace jeens by jeans' }).click();
      await rowHas(page, 1);
      await page.locator('#query').fill('womens blakc zzzzzz jeans');
      await notesOf(page, /“zzzzzz” is new to us/);
      await page.getByRole('button', { name: 'Replace blakc by black' }).click();
      await rowHas(page, 3);
      expect(await typed(page)).toBe('womens black zzzzzz jeans');
    });

    it('offers words and colours, and writes them into the query', async () => {
      await page.locator('#query').fill('women’s black pants');
      await page.getByRole('button', { name: 'Add high waist' }).click();
      await rowHas(page, 4);
      expect(await typed(page)).toBe('women’s black pants high waist');
      await page.getByRole('button', { name: 'red', exact: true }).click();
      expect(await typed(page)).toBe('women’s red pants high waist');
      await page.locator('#color').filter({ hasText: 'red' }).waitFor();
      for (const hex of ['#7b1f2b', '#1f7b4a']) {
        await page.getByLabel('Any colour').fill(hex);
        expect(await typed(page)).toBe(`women’s ${hex} pants high waist`);
      }
      await page.locator('#color').filter({ hasText: '#1f7b4a' }).waitFor();
      await stateOf(page, 'final');
      expect(await page.getByRole('button', { name: 'Add high waist' }).count()).toBe(0);
    });

    it('shows other looks, and the link shows the same again', async () => {
      await type(page, 'blue jeans');
      await rowHas(page, 2);
      await stateOf(page, 'final');
      await listIs(page, 'looks', 'draft');
      await page.getByRole('button', { name: 'Look 9' }).click();
      await page.waitForURL(/seed=9/);
      await stateOf(page, 'final');
      expect(await page.getByRole('button', { name: 'Look 9' }).getAttribute('aria-pressed')).toBe('true');
      await page.getByRole('button', { name: 'More looks' }).click();
      await page.getByRole('button', { name: 'Look 18' }).waitFor();
      const link = page.url();
      await page.goto('about:blank');
      await page.goto(link);
      await rowHas(page, 2);
      expect(await typed(page)).toBe('blue jeans');
      await page.getByRole('button', { name: 'Look 9', pressed: true }).waitFor();
      await page.getByRole('link', { name: 'red wide leg pants' }).click();
      await rowHas(page, 4);
      expect(page.url()).toContain(shop.url);
    });

    it('fits, from the first sight; axe-core finds nothing', async () => {
      await scene.watched.close();
      await open(size, '/');
      await stateOf(page, 'final');
      await listIs(page, 'steps', 'final');
      await shot('first');
      await page.locator('#query').fill('women’s dark blue high waist skinny ripped jeans with belt');
      await rowHas(page, 7);
      await page.waitForURL(/skinny/);
      await stateOf(page, 'final');
      await listIs(page, 'steps', 'final');
      await listIs(page, 'looks', 'draft');
      const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(wide).toBeLessThanOrEqual(seen ?? 0);
      expect((await scene.watched.shifts()).join('; '), 'nothing moves by itself').toBe('');
      await page.evaluate(axe.source);
      const found = await page.evaluate(async () => (await window.axe.run()).violations);
      expect(found.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      // The picture of the whole page is taken through a window as high as the page, for which everything moves.
      await shot('words', true);
      await page.evaluate(() => window.shifts?.splice(0));
    });
  });

  describe('anywhere', () => {
    beforeEach(() => open(DESK));
    afterEach(scene.leave);

    it('goes on by itself when the connection is back', async () => {
      await type(page, 'grey');
      await rowHas(page, 1);
      await page.context().setOffline(true);
      await type(page, ' shorts');
      await notesOf(page, /cannot be reached/);
      await page.context().setOffline(false);
      await rowHas(page, 2);
      await stateOf(page, 'final');
      await listIs(page, 'steps', 'final');
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
      await page.waitForFunction(() => document.querySelector('restgan-preview')?.state === 'final');
      expect(await largeAlt(page)).toBe('Black pants');
    });

    it('puts the link on the clipboard', async () => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await type(page, 'blue jeans');
      await page.getByRole('button', { name: 'Copy link' }).click();
      await page.getByRole('button', { name: 'Link copied' }).waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
        `${shop.url}/?q=blue+jeans&seed=7`,
      );
    });

    it('is still for who asked for less motion', async () => {
      await scene.watched.close();
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

    it('shows a garment and its ideas without JavaScript', async () => {
      await scene.watched.close();
      await open({ ...DESK, javaScriptEnabled: false }, '/');
      await page.getByRole('img', { name: 'Women’s black wide leg pants' }).waitFor();
      await page.screenshot({ path: `${SHOTS}no-script.png`, fullPage: true });
    });
  });
});
