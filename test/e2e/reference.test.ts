import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { CHROMIUM, DESK, NEEDS_CHROMIUM, openPage, startBrowser } from '../support/browser.ts';
import { describeIf } from '../support/skip.ts';
import { npmStart } from './npm-start.ts';

/** Screenshots, for people to look at. */
const SHOTS = fileURLToPath(new URL('../out/reference/', import.meta.url));

describeIf(CHROMIUM !== null, NEEDS_CHROMIUM)('/reference', () => {
  it('is drawn in a browser from our own assets alone, with its policy in force', async () => {
    const run = npmStart('--port', '0', '--no-gpu');
    const browser = await startBrowser();
    try {
      const url = await run.url();
      const watched = await openPage(browser, DESK);
      const { page } = watched;
      const errors: string[] = [];
      const asked: string[] = [];
      page.on('response', (response) => {
        if (!response.ok()) errors.push(`${response.status()} ${response.url()}`);
      });
      page.on('request', (request) => asked.push(request.url()));
      await page.addInitScript(() => {
        addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
          console.error(`${violatedDirective} refuses ${blockedURI}`),
        );
      });
      const answer = await page.goto(`${url}/reference`);
      expect(answer?.status()).toBe(200);
      expect(answer?.headers()['content-security-policy']).toMatch(
        /^default-src 'none'; script-src 'self' 'sha256-/,
      );
      await page.getByRole('heading', { name: 'ReStGAN Edge' }).first().waitFor();
      for (const path of ['/v1/preview/{file}', '/v1/preview', '/v1/stream', '/v1/previews']) {
        await page.getByText(path, { exact: true }).first().waitFor();
      }
      await page.waitForLoadState('networkidle');
      await mkdir(SHOTS, { recursive: true });
      await page.screenshot({ path: `${SHOTS}desk.png` });
      expect([...errors, ...watched.errors]).toEqual([]);
      const elsewhere = asked.filter(
        (address) => !/^(data|blob):/.test(address) && !address.startsWith(`${url}/`),
      );
      expect(elsewhere).toEqual([]);
    } finally {
      await browser.close();
      await run.clean();
    }
  });
});
