import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Every file of the repository, but not what its users leave beside them; null outside a git checkout. */
export const FILES: readonly string[] | null = list();
export const NEEDS_GIT = 'needs git and a git checkout';

export const sizeOf = (file: string): number => statSync(join(ROOT, file)).size;
export const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
export const isText = (file: string): boolean =>
  !readFileSync(join(ROOT, file)).subarray(0, 8_000).includes(0);

function list(): readonly string[] | null {
  const args = ['-c', 'safe.directory=*', 'ls-files', '-z'];
  try {
    const names = execFileSync('git', args, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return names
      .split('\0')
      .filter((name) => name !== '' && statSync(join(ROOT, name), { throwIfNoEntry: false }));
  } catch {
    return null;
  }
}
