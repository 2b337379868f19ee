import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { descendants, type Running } from './process-tree.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const READY = /Ready after .*?: (http:\S+)\//;

export interface NpmStart {
  readonly child: ChildProcess;
  /** Everything printed so far. */
  output(): string;
  /** The page's address; throws with the output when the command ends before it is ready. */
  url(): Promise<string>;
  /** Exit code once it has ended. */
  ended(): Promise<number | null>;
  /** Processes that it has started. */
  processes(): readonly Running[];
  /** Ends whatever is left and deletes the state folder. */
  clean(): Promise<void>;
}

/** Runs `npm start` as a person would, with its state in a temporary folder. */
export function npmStart(...args: string[]): NpmStart {
  const state = mkdtempSync(join(tmpdir(), 'restgan-start-'));
  const child = spawn('npm', ['start', '--', '--state', state, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const ended = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : null));

  const ready = (): string | undefined => READY.exec(output)?.[1];
  return {
    child,
    output: () => output,
    ended: () => ended,
    processes: () => (child.pid === undefined ? [] : descendants(child.pid)),
    async url() {
      let over = false;
      void ended.then(() => (over = true));
      for (;;) {
        const url = ready();
        if (url !== undefined) return url;
        if (over) throw new Error(`npm start ended early:\n${output}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    async clean() {
      child.kill('SIGTERM');
      await ended;
      rmSync(state, { recursive: true, force: true });
    },
  };
}
