import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type {} from '../../workers/component/restgan-preview.ts';
import { textOf } from '../repo/files.ts';
import { CHROMIUM, DESK, NEEDS_CHROMIUM, openPage, startBrowser } from '../support/browser.ts';
import { describeIf } from '../support/skip.ts';
import { type NpmStart, npmStart } from './npm-start.ts';

/** Screenshots, for people to look at. */
const SHOTS = fileURLToPath(new URL('../out/start/', import.meta.url));

describeIf(CHROMIUM !== null, NEEDS_CHROMIUM)('what npm start serves, in a browser', () => {
  let run: NpmStart;
  let url: string;
  let browser: Browser;
  beforeAll(async () => {
    await mkdir(SHOTS, { recursive: true });
    run = npmStart('--port', '0', '--gpu-port', '0');
    url = await run.url();
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await run?.clean();
  });

  it('shows garments on a page of one’s own: README’s lines in a file', async () => {
    const html = [...textOf('README.md').matchAll(/```html\n([\s\S]*?)```/g)]
      .map(([, lines]) => lines)
      .join('');
    const dir = await mkdtemp(join(tmpdir(), 'restgan-own-page-'));
    const file = join(dir, 'page.html');
    await writeFile(file, html.replaceAll('http://127.0.0.1:8787', url));
    const { page, errors, close } = await openPage(browser, DESK);
    await page.goto(pathToFileURL(file).href);
    const image = page.locator('body > img');
    expect(
      await image.evaluate((element: HTMLImageElement) => element.decode().then(() => element.naturalWidth)),
    ).toBe(256);
    await page.locator('#words').fill('womens black pants');
    await page.waitForFunction(() => document.querySelector('restgan-preview')?.state === 'final');
    await page.screenshot({ path: `${SHOTS}own-page.png` });
    expect(errors).toEqual([]);
    await close();
    await rm(dir, { recursive: true });
  });

  it('has a reference page drawn from our own assets alone, with its policy in force', async () => {
    const { page, errors, close } = await openPage(browser, DESK);
    const asked: string[] = [];
    const failed: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('response', (response) => {
      if (!response.ok()) failed.push(`${response.status()} ${response.url()}`);
    });
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        console.error(`${violatedDirective} refuses ${blockedURI}`),
      );
    });
    const answer = await page.goto(`${url}/reference`);
    const policy = answer?.headers()['content-security-policy'];
    expect(policy).toMatch(/^default-src 'none'; script-src 'self' 'sha256-/);
    await page.getByRole('heading', { name: 'ReStGAN Edge' }).first().waitFor();
    for (const path of ['/v1/preview/{file}', '/v1/preview', '/v1/stream', '/v1/previews']) {
      await page.getByText(path, { exact: true }).first().waitFor();
    }
    await page.waitForLoadState('networkidle');
    await page.screenshot({ path: `${SHOTS}reference.png` });
    expect([...errors, ...failed]).toEqual([]);
    const elsewhere = asked.filter((one) => !/^(data|blob):/.test(one) && !one.startsWith(`${url}/`));
    expect(elsewhere).toEqual([]);
    await close();
  });
});
