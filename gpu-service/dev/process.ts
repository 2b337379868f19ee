import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

export interface ProcessSpec {
  /** Shown before every line of its output. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

export interface RunningProcess {
  readonly name: string;
  /** Leader of its own process group, which also holds whatever it starts. */
  readonly pid: number | undefined;
  /** How it ended, in words; never rejects. */
  readonly ended: Promise<string>;
  /** The last lines it wrote, oldest first. */
  lastLines(): readonly string[];
  /** Ends the whole group: SIGTERM, and SIGKILL for what is left after `graceMs`. */
  stop(graceMs: number): Promise<void>;
  /** SIGKILL to the whole group, at once. */
  kill(): void;
}

const KEPT_LINES = 30;
const POLL_MS = 50;
const FLUSH_MS = 250;
/** A killed process can stay visible as a zombie when the machine's init does not reap. */
const REAP_MS = 1_000;

/**
 * Starts a process in a group of its own, so that a Ctrl-C in the terminal reaches it only through `stop`, and
 * nothing that it has started outlives it. `onLine` gets every line of its output.
 */
export function startProcess(
  spec: ProcessSpec,
  onLine: (line: string, stream: 'stdout' | 'stderr') => void,
): RunningProcess {
  const child = spawn(spec.command, spec.args, {
    cwd: spec.cwd,
    env: { ...process.env, ...spec.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid } = child;

  const kept: string[] = [];
  const read = (stream: Readable, name: 'stdout' | 'stderr') =>
    createInterface({ input: stream }).on('line', (line) => {
      kept.push(line);
      if (kept.length > KEPT_LINES) kept.shift();
      onLine(line, name);
    });
  read(child.stdout, 'stdout');
  read(child.stderr, 'stderr');

  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => {
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      // Its last lines may still be on their way; what it has started may hold the pipe open for longer.
      child.once('close', () => resolve(how));
      setTimeout(() => resolve(how), FLUSH_MS);
    });
  });

  const kill = () => void signalGroup(pid, 'SIGKILL');
  return {
    name: spec.name,
    pid,
    ended,
    lastLines: () => kept,
    kill,
    async stop(graceMs) {
      signalGroup(pid, 'SIGTERM');
      if (await groupGone(pid, graceMs)) return;
      kill();
      await groupGone(pid, REAP_MS);
    },
  };
}

async function groupGone(pid: number | undefined, withinMs: number): Promise<boolean> {
  for (const end = Date.now() + withinMs; Date.now() < end; await delay(POLL_MS)) {
    if (!signalGroup(pid, 0)) return true;
  }
  return !signalGroup(pid, 0);
}

/** False when no process of the group is left. */
function signalGroup(pid: number | undefined, signal: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}
