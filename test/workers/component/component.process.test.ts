import axe from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type {} from '../../../workers/component/restgan-preview.ts';
import { CHROMIUM, DESK, NEEDS_CHROMIUM } from '../../support/browser.ts';
import { patience } from '../../support/patience.ts';
import { setScene } from '../../support/scene.ts';
import { describeIf } from '../../support/skip.ts';
import type { Storefront } from '../../support/storefront.ts';
import { type Shop, STYLES, startShop } from './shop-server.ts';

declare global {
  interface Window {
    axe: typeof axe;
  }
}

/** The component in pages of another origin, in a real browser, before the Worker in workerd and a GPU service. */

const element = (page: Page) => page.locator('restgan-preview');
const pictures = (page: Page) => page.locator('restgan-preview .layers img');
const stateIs = (page: Page, state: string) =>
  page.waitForFunction((wanted) => document.querySelector('restgan-preview')?.state === wanted, state);
const heard = (page: Page) => page.evaluate(() => window.heard ?? []);
const hears = (page: Page, type: string, query: string) =>
  page.waitForFunction(
    ([wanted, words]) => window.heard?.some((event) => event.type === wanted && event.query === words),
    [type, query],
  );
const altIs = (page: Page, alt: string) =>
  page.waitForFunction(
    (wanted) =>
      document.querySelector('restgan-preview')?.shadowRoot?.querySelector<HTMLImageElement>('img:last-child')
        ?.alt === wanted,
    alt,
  );
const announced = (page: Page, text: string) =>
  page.locator('restgan-preview [role=status]').filter({ hasText: text }).waitFor({ state: 'attached' });
/** Changes the words several times within one rest, as fast typing does. */
const typeFast = (page: Page, texts: readonly string[]) =>
  page.locator('#words').evaluate(async (field: HTMLInputElement, values) => {
    for (const value of values) {
      field.value = value;
      field.dispatchEvent(new Event('input', { bubbles: true }));
      await Promise.resolve();
    }
  }, texts);

describeIf(CHROMIUM !== null, NEEDS_CHROMIUM)('<restgan-preview>', () => {
  const scene = setScene();
  let storefront: Storefront;
  let shop: Shop;
  let page: Page;

  beforeAll(async () => {
    storefront = scene.storefront;
    shop = await startShop(() => storefront.url);
  });
  afterAll(() => shop?.stop());

  const open = async (path: string, options: BrowserContextOptions = DESK): Promise<void> => {
    await scene.open(options, shop.url + path);
    page = scene.page;
  };
  afterEach(scene.leave);

  it('is a plain picture without JavaScript', async () => {
    await open('/plain', { ...DESK, javaScriptEnabled: false });
    const image = page.getByRole('img', { name: 'Women’s black pants' });
    await image.waitFor();
    expect(await image.boundingBox()).toMatchObject({ width: 256, height: 256 });
  });

  it.each(Object.keys(STYLES))('takes the place of its <img> exactly: %s', async (style) => {
    await scene.open(DESK);
    page = scene.page;
    const { promise: arrival, resolve: arrive } = Promise.withResolvers<void>();
    await page.route('**/restgan-preview.js', async (route) => {
      await arrival;
      await route.continue();
    });
    await page.goto(`${shop.url}/plain?style=${style}`, { waitUntil: 'commit' });
    const image = page.locator('restgan-preview > img');
    await page.waitForFunction(
      () => document.querySelector<HTMLImageElement>('restgan-preview > img')?.complete,
    );
    const before = await image.boundingBox();
    arrive();
    await stateIs(page, 'final');
    expect(await image.boundingBox()).toEqual(before);
    const over = await pictures(page).last().boundingBox();
    expect([over?.x, over?.y, over?.height], 'the pictures, square and at the start, cover it').toEqual([
      before?.x,
      before?.y,
      before?.width,
    ]);
    await page.waitForFunction(
      () =>
        getComputedStyle(document.querySelector('restgan-preview > img') ?? document.body).visibility ===
        'hidden',
    );
  });

  it('follows a text field: a draft at once, one final after a rest, told by events and to screen readers', async () => {
    await open('/plain');
    await stateIs(page, 'final');
    const before = storefront.asked.length;
    const release = storefront.holdFinals();
    await typeFast(page, [
      'womens red',
      'womens red wide',
      'womens red wide leg',
      'womens red wide leg jeans',
    ]);
    await hears(page, 'draft', 'womens red wide leg jeans');
    await stateIs(page, 'draft');
    await altIs(page, 'Women’s red wide leg jeans');
    release();
    await hears(page, 'final', 'womens red wide leg jeans');
    await stateIs(page, 'final');
    await announced(page, 'Women’s red wide leg jeans');
    const asked = storefront.asked.slice(before);
    expect(asked.filter((address) => address.includes('stage=final'))).toEqual([
      '/v1/preview?q=womens+red+wide+leg+jeans&stage=final',
    ]);
    expect(new Set(asked).size, 'each is asked for once').toBe(asked.length);
    const edge = await pictures(page)
      .last()
      .evaluate((image: HTMLImageElement) => image.naturalWidth);
    expect(edge).toBe(256);
  });

  it('does not show the last garment for words that have none, and says why', async () => {
    await open('/plain');
    await stateIs(page, 'final');
    await typeFast(page, ['qqqqqq']);
    await hears(page, 'error', 'qqqqqq');
    await stateIs(page, 'error');
    expect(await pictures(page).count()).toBe(0);
    expect((await heard(page)).at(-1)).toMatchObject({ code: 'no_known_word', retryIn: null });
    await typeFast(page, ['']);
    await stateIs(page, 'empty');
    await typeFast(page, ['blue jeans']);
    await stateIs(page, 'final');
  });

  it(
    'keeps the draft while finals cannot be had, and goes on by itself',
    async () => {
      await open('/plain');
      await stateIs(page, 'final');
      const start = await scene.loseService();
      await typeFast(page, ['mens green cargo shorts']);
      await hears(page, 'error', 'mens green cargo shorts');
      await stateIs(page, 'draft');
      expect((await heard(page)).at(-1)).toMatchObject({ status: 503, retryIn: expect.any(Number) });
      await announced(page, 'Men’s green cargo shorts, draft');
      await start();
      await stateIs(page, 'final');
    },
    patience(120_000),
  );

  it('shows the last picture while nobody can be reached, and goes on with the connection', async () => {
    await open('/plain');
    await stateIs(page, 'final');
    await page.context().setOffline(true);
    await typeFast(page, ['grey shorts']);
    await hears(page, 'error', 'grey shorts');
    await altIs(page, 'Women’s black pants');
    await page.context().setOffline(false);
    await stateIs(page, 'final');
    await altIs(page, 'Grey shorts');
  });

  it('says what its attributes say', async () => {
    await open('/plain');
    await stateIs(page, 'final');
    const before = storefront.asked.length;
    await element(page).evaluate((preview) => {
      preview.setAttribute('api-key', 'rpk_0123456789abcdefghijkl');
      preview.setAttribute('format', 'png');
      preview.setAttribute('size', '64');
      preview.setAttribute('seed', '9');
      preview.setAttribute('stage', 'draft');
      preview.setAttribute('alt', 'Our pants');
    });
    await altIs(page, 'Our pants');
    await stateIs(page, 'draft');
    expect(storefront.asked.slice(before)).toEqual([
      '/v1/preview?format=png&key=rpk_0123456789abcdefghijkl&q=womens+black+pants&seed=9&size=64&stage=draft',
    ]);
  });

  it('is still for who asked for less motion', async () => {
    await open('/plain', { ...DESK, reducedMotion: 'reduce' });
    await page.evaluate(() => {
      Element.prototype.animate = () => {
        throw new Error('something moved');
      };
    });
    await typeFast(page, ['white linen shorts']);
    await altIs(page, 'White linen shorts');
    await stateIs(page, 'final');
    expect(await pictures(page).count(), 'nothing lies under the picture').toBe(1);
  });

  it.each(['/plain', '/react', '/vue'])('axe-core finds nothing in %s', async (path) => {
    await open(path);
    await stateIs(page, 'final');
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => (await window.axe.run()).violations.map(({ id }) => id));
    expect(found).toEqual([]);
  });

  describe.each(['/react', '/vue'])('in %s', (path) => {
    it('follows the shop’s state and ends with it', async () => {
      await open(path);
      await hears(page, 'final', 'womens black pants');
      await page.locator('#words').fill('womens black capri pants');
      await hears(page, 'draft', 'womens black capri pants');
      await hears(page, 'final', 'womens black capri pants');
      await altIs(page, 'Women’s black capri pants');
      expect(await element(page).boundingBox()).toMatchObject({ width: 128, height: 128 });
      const before = storefront.asked.length;
      await page.getByRole('button', { name: 'Another' }).click();
      await page.waitForFunction(() => document.querySelector('restgan-preview')?.state !== 'final');
      await stateIs(page, 'final');
      expect(storefront.asked.slice(before)).toEqual([
        '/v1/preview?q=womens+black+capri+pants&seed=8&size=128&stage=draft',
        '/v1/preview?q=womens+black+capri+pants&seed=8&size=128&stage=final',
      ]);
      await page.getByRole('button', { name: 'Away' }).click();
      await element(page).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Away' }).click();
      await stateIs(page, 'final');
    });
  });
});
