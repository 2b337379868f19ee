import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { CHROMIUM, CHROMIUM_FLAGS, NEEDS_CHROMIUM } from '../../workers/bench/chromium.ts';

export { CHROMIUM, NEEDS_CHROMIUM };

export async function startBrowser(): Promise<Browser> {
  if (CHROMIUM === null) throw new Error(NEEDS_CHROMIUM);
  return chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
}

export const DESK = { viewport: { width: 1440, height: 900 } } as const satisfies BrowserContextOptions;
export const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
} as const satisfies BrowserContextOptions;

/** A page that notes what a shopper must never meet. */
export interface WatchedPage {
  readonly page: Page;
  /** What moved without being asked to: Layout Instability API entries, with what moved. */
  shifts(): Promise<readonly string[]>;
  /** Script errors and refused resources; answers with an error status are the API's business. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

export async function openPage(browser: Browser, options: BrowserContextOptions): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    const own = message.type() === 'error' && !message.text().startsWith('Failed to load resource');
    if (own) errors.push(message.text());
  });
  await page.addInitScript(watchShifts);
  return {
    page,
    errors,
    shifts: () => page.evaluate(() => (window as WatchedWindow).shifts ?? []),
    close: () => context.close(),
  };
}

type WatchedWindow = typeof window & { shifts?: string[] };
type LayoutShift = PerformanceEntry & { value: number; sources: readonly { node: Node | null }[] };

/** Runs in the page. */
function watchShifts(): void {
  const shifts: string[] = [];
  (window as WatchedWindow).shifts = shifts;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as LayoutShift[]) {
      const nodes = entry.sources.map(({ node }) =>
        node instanceof Element ? node.id || node.className : node?.nodeName,
      );
      shifts.push(`${entry.value}: ${nodes.join(', ')}`);
    }
  }).observe({ type: 'layout-shift', buffered: true });
}
