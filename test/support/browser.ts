import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The system's Chromium: `CHROMIUM_PATH`, else the first one on `PATH`; null where there is none. */
export const CHROMIUM: string | null = process.env.CHROMIUM_PATH || onPath() || null;
export const NEEDS_CHROMIUM = 'no Chromium on PATH (or in CHROMIUM_PATH)';

function onPath(): string | undefined {
  const dirs = (process.env.PATH ?? '').split(delimiter).filter((dir) => dir !== '');
  return NAMES.flatMap((name) => dirs.map((dir) => join(dir, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export async function startBrowser(): Promise<Browser> {
  if (CHROMIUM === null) throw new Error(NEEDS_CHROMIUM);
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

export const DESK = { viewport: { width: 1280, height: 800 } } as const satisfies BrowserContextOptions;
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
