import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, expect, it } from 'vitest';
import type {} from '../../../workers/component/restgan-preview.ts';
import { ROOT } from '../../gpu-service/serve/process.ts';
import { CHROMIUM, DESK, NEEDS_CHROMIUM } from '../../support/browser.ts';
import { setScene } from '../../support/scene.ts';
import { describeIf } from '../../support/skip.ts';
import { type Shop, startShop } from './shop-server.ts';

/** A shop's page with a publishable key before a Worker in production, as workers/DEPLOY.md says. */

/** Screenshots, for people to look at. */
const SHOTS = fileURLToPath(new URL('../../out/key/', import.meta.url));
/** Finals that the key may have drawn in these tests. */
const FINALS = 2;

/** Runs DEPLOY's command and reads the variable's entry from what it says. */
async function makeKey(origin: string): Promise<{ key: string; origins: string[] }> {
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'keys', 'publishable', origin], {
    cwd: ROOT,
  });
  return JSON.parse(/\{.*\}/.exec(stdout)?.[0] ?? '');
}

const stateIs = (page: Page, state: string) =>
  page.waitForFunction((wanted) => document.querySelector('restgan-preview')?.state === wanted, state);
const hears = (page: Page, wanted: Record<string, string>) =>
  page.waitForFunction(
    (fields) =>
      window.heard?.some((event) =>
        Object.entries(fields).every(([name, value]) => Reflect.get(event, name) === value),
      ),
    wanted,
  );

describeIf(CHROMIUM !== null, NEEDS_CHROMIUM)('a publishable key', () => {
  let shop: Shop;
  let stranger: Shop;
  let key = '';
  const scene = setScene(async () => {
    shop = await startShop(() => scene.storefront.url);
    stranger = await startShop(() => scene.storefront.url);
    const made = await makeKey(shop.url);
    key = made.key;
    return {
      ENVIRONMENT: 'production',
      GPU_BUDGET_MS: '20000',
      PUBLISHABLE_KEYS: JSON.stringify([{ ...made, finalsPerDay: FINALS }]),
    };
  });
  afterAll(async () => {
    await shop?.stop();
    await stranger?.stop();
  });
  afterEach(scene.leave);

  it('draws drafts and finals in the pages of its shop, and says when the day’s finals are used up', async () => {
    // The <img> is the first final, the element's the same.
    await scene.open(DESK, `${shop.url}/plain?key=${key}`);
    const { page } = scene;
    await stateIs(page, 'final');
    await page.locator('#words').fill('mens green cargo shorts');
    await hears(page, { type: 'draft', query: 'mens green cargo shorts' });
    await stateIs(page, 'final');

    await page.locator('#words').fill('girls pink joggers');
    await hears(page, { type: 'error', query: 'girls pink joggers', code: 'ceiling_reached' });
    await stateIs(page, 'draft');
    expect(await page.evaluate(() => window.heard?.at(-1)?.retryIn)).toBeGreaterThan(0);

    const notice = await page.evaluate(async (src) => {
      const image = new Image();
      image.src = src;
      await image.decode();
      document.body.append(image);
      return [image.naturalWidth, image.naturalHeight];
    }, `${scene.storefront.url}/v1/preview/girls-pink-joggers.webp?key=${key}&stage=final`);
    expect(notice, 'a picture that says so').toEqual([256, 256]);
    const hit = await page.evaluate(
      async (src) => (await fetch(src)).headers.get('X-Preview-Source'),
      `${scene.storefront.url}/v1/preview?q=mens+green+cargo+shorts&key=${key}&stage=final`,
    );
    expect(hit, 'what is there goes on').toBe('cache');
    await page.screenshot({ path: `${SHOTS}ceiling.png` });
  });

  it('is of no use to the pages of another origin, and tells them why', async () => {
    await scene.open(DESK, `${stranger.url}/plain?key=${key}`);
    const { page } = scene;
    await stateIs(page, 'error');
    await page.locator('#words').fill('blue jeans');
    await hears(page, { type: 'error', query: 'blue jeans', code: 'forbidden_origin' });
    expect(await page.evaluate(() => window.heard?.at(-1)?.retryIn)).toBeNull();
    expect(await page.locator('restgan-preview .layers img').count()).toBe(0);
    await page.screenshot({ path: `${SHOTS}stranger.png` });
  });

  it('is needed in production', async () => {
    await scene.open(DESK, `${shop.url}/plain`);
    await stateIs(scene.page, 'error');
    await scene.page.locator('#words').fill('blue jeans');
    await hears(scene.page, { type: 'error', query: 'blue jeans', code: 'unauthorized' });
  });
});
