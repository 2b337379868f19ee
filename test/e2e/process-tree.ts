import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Every process that `pid` has started, directly or not. */
export function descendants(pid: number): readonly Running[] {
  const all = list();
  const found: Running[] = [];
  for (const parents = new Set([pid]); ; ) {
    const next = all.filter(({ pid, parent }) => parents.has(parent) && !parents.has(pid));
    if (next.length === 0) return found;
    for (const child of next) parents.add(child.pid);
    found.push(...next);
  }
}

/** False for a zombie: nothing of it runs any more. */
export const isAlive = (pid: number): boolean => list().some((running) => running.pid === pid);

/** Processes of this machine without zombies; from /proc where there is one, because `ps` may be missing there. */
function list(): readonly Running[] {
  if (existsSync('/proc/self/stat')) {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap(readProc);
  }
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,command='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, pid, parent, state = '', command = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      return pid === undefined || state.startsWith('Z')
        ? []
        : [{ pid: Number(pid), parent: Number(parent), command }];
    });
}

function readProc(pid: string): Running[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return state === 'Z' ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  } catch {
    return [];
  }
}
