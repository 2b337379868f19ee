/**
 * `npm run pictures`: the READMEs' pictures of the page and the component, drawn by the committed model, from what
 * `npm start` serves and a browser shows. To be run again whenever the model or the page has changed.
 */
import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import type {} from '../../workers/component/restgan-preview.ts';
import { DESK, openPage, PHONE, startBrowser } from '../support/browser.ts';
import { npmStart } from './npm-start.ts';

const PAGE = new URL('../../workers/page/pictures/', import.meta.url);
const COMPONENT = new URL('../../workers/component/pictures/', import.meta.url);
const QUERY = 'women’s dark blue wide leg jeans';
/** What a shopper has typed when a picture of the component is taken. */
const TYPED = ['womens', 'womens red', 'womens red wide leg', 'womens red wide leg shorts'];

const pathOf = (folder: URL, name: string): string => fileURLToPath(new URL(`${name}.webp`, folder));

async function write(picture: Buffer, path: string, width: number): Promise<void> {
  const { size } = await sharp(picture)
    .resize({ width, withoutEnlargement: true })
    .webp({ quality: 82 })
    .toFile(path);
  console.log(`${path} ${(size / 1024).toFixed(0)} KiB`);
}

/** Everything on the page is as it will stay. */
const settled = (page: Page) =>
  page.waitForFunction(
    () =>
      document.querySelector('#stage')?.getAttribute('data-state') === 'final' &&
      [...document.querySelectorAll('#steps restgan-preview')].every(
        (preview) => Reflect.get(preview, 'state') === 'final',
      ) &&
      [...document.querySelectorAll('#looks restgan-preview')].every(
        (preview) => Reflect.get(preview, 'state') === 'draft',
      ) &&
      document.querySelector('#color')?.textContent?.includes('Drawn as'),
  );

async function shootPage(browser: Browser, url: string): Promise<void> {
  const sizes: readonly (readonly [string, BrowserContextOptions, number])[] = [
    ['desk', { ...DESK, deviceScaleFactor: 1 }, 1_200],
    ['phone', PHONE, 585],
  ];
  for (const [name, options, width] of sizes) {
    const { page, close } = await openPage(browser, { ...options, reducedMotion: 'reduce' });
    await page.goto(`${url}/?${new URLSearchParams({ q: QUERY, seed: '7' })}`);
    await settled(page);
    await write(await page.screenshot(), pathOf(PAGE, name), width);
    await close();
  }
}

/** README's two lines in a page of their own, word by word, side by side. */
async function shootComponent(browser: Browser, url: string): Promise<void> {
  const width = 280;
  const height = 320;
  const { page, close } = await openPage(browser, {
    viewport: { width, height },
    reducedMotion: 'reduce',
  });
  await page.setContent(`<style>
      body { margin: 12px; font: 15px/1.4 system-ui, sans-serif }
      input { box-sizing: border-box; width: 256px; margin-bottom: 12px; padding: 6px 8px; font: inherit }
    </style>
    <script type="module" src="${url}/restgan-preview.js"></script>
    <input id="words" aria-label="Words"><restgan-preview for="words"></restgan-preview>`);
  const shots: Buffer[] = [];
  for (const words of TYPED) {
    await page.locator('#words').fill(words);
    await page.waitForFunction((text) => {
      const preview = document.querySelector('restgan-preview');
      return preview?.query === text && preview.state === 'final';
    }, words);
    shots.push(await page.screenshot());
  }
  await close();
  const strip = sharp({
    create: { width: width * shots.length, height, channels: 3, background: 'white' },
  }).composite(shots.map((input, at) => ({ input, left: at * width, top: 0 })));
  await write(await strip.png().toBuffer(), pathOf(COMPONENT, 'words'), width * shots.length);
}

const run = npmStart('--port', '0', '--gpu-port', '0');
const browser = await startBrowser();
try {
  for (const folder of [PAGE, COMPONENT]) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
  }
  const url = await run.url();
  await shootPage(browser, url);
  await shootComponent(browser, url);
} finally {
  await browser.close();
  await run.clean();
}
