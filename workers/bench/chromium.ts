import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** The system's Chromium: `CHROMIUM_PATH`, else the first one on `PATH`; null where there is none. */
export const CHROMIUM: string | null = process.env.CHROMIUM_PATH || onPath() || null;
export const NEEDS_CHROMIUM = 'no Chromium on PATH (or in CHROMIUM_PATH)';

export const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

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
