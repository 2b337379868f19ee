import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { type RunningService, startServiceProcess, TOKEN } from '../gpu-service/serve/process.ts';
import { openPage, startBrowser, type WatchedPage } from './browser.ts';
import { type Storefront, startStorefront } from './storefront.ts';
import { startWorker, type WorkerUnderTest } from './worker.ts';

/** A GPU service, the Worker before it, its page before that, and a browser: one of each for the tests of a file. */
export interface Scene {
  readonly worker: WorkerUnderTest;
  readonly storefront: Storefront;
  /** The page of `open`. */
  readonly page: Page;
  readonly watched: WatchedPage;
  /** A page as a new visitor sees it. @param address where it goes; without it, nowhere yet */
  open(options: BrowserContextOptions, address?: string): Promise<void>;
  /** Closes it: nothing has moved by itself, no script has failed. */
  leave(): Promise<void>;
  /** Ends the GPU service; what is returned starts it again at the same address. */
  loseService(): Promise<() => Promise<void>>;
}

/** @param vars of the Worker, beside where its GPU service is; asked for before it starts */
export function setScene(vars?: () => Promise<Record<string, string>>): Scene {
  const set = <T>(what: T | undefined): T => {
    if (what === undefined) throw new Error('not before beforeAll');
    return what;
  };
  let service: RunningService | undefined;
  let worker: WorkerUnderTest | undefined;
  let storefront: Storefront | undefined;
  let browser: Browser | undefined;
  let watched: WatchedPage | undefined;

  beforeAll(async () => {
    service = await startServiceProcess();
    worker = await startWorker({ GPU_URL: service.url, GPU_TOKEN: TOKEN, ...(await vars?.()) });
    storefront = await startStorefront(worker);
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await storefront?.stop();
    await worker?.stop();
    service?.process.kill('SIGKILL');
  });

  return {
    get worker() {
      return set(worker);
    },
    get storefront() {
      return set(storefront);
    },
    get watched() {
      return set(watched);
    },
    get page() {
      return set(watched).page;
    },
    async open(options, address) {
      watched = await openPage(set(browser), options);
      if (address !== undefined) await watched.page.goto(address);
    },
    async leave() {
      const { errors, shifts, close } = set(watched);
      const moved = await shifts();
      await close();
      expect(moved.join('; '), 'nothing moves by itself').toBe('');
      expect(errors).toEqual([]);
    },
    async loseService() {
      const { url, process, exit } = set(service);
      process.kill('SIGKILL');
      await exit;
      return async () => {
        service = await startServiceProcess({ PORT: new URL(url).port });
      };
    },
  };
}
