import { afterEach, expect, it } from 'vitest';
import { type RunningProcess, startProcess } from '../../../gpu-service/dev/process.ts';
import { patience } from '../../support/patience.ts';

const started: RunningProcess[] = [];
afterEach(() => {
  for (const running of started.splice(0)) running.kill();
});

/** Runs a script in Node and hands back its process and the lines it writes. */
function run(script: string) {
  const lines: string[] = [];
  let announce = (): void => {};
  const firstLine = new Promise<void>((resolve) => {
    announce = resolve;
  });
  const running = startProcess(
    { name: 'test', command: process.execPath, args: ['-e', script], env: { GREETING: 'hello' }, cwd: '.' },
    (line) => {
      lines.push(line);
      announce();
    },
  );
  started.push(running);
  return { running, lines, firstLine };
}

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it('says how a process ended and keeps its last lines', async () => {
  const { running } = run(
    'for (let i = 0; i < 100; i++) console.log(i); console.error(process.env.GREETING); process.exitCode = 3',
  );
  expect(await running.ended).toBe('exit code 3');
  await expect.poll(() => running.lastLines().length).toBe(30);
  await expect.poll(() => running.lastLines()).toContain('hello');
});

it('says that a command does not exist', async () => {
  const running = startProcess(
    { name: 'x', command: 'no-such-command', args: [], env: {}, cwd: '.' },
    () => {},
  );
  expect(await running.ended).toContain('ENOENT');
  await running.stop(1_000);
});

it('ends a process that listens to SIGTERM without waiting for the grace to pass', async () => {
  const { running, firstLine } = run('console.log("up"); setInterval(() => {}, 1000)');
  await firstLine;
  const began = performance.now();
  await running.stop(10_000);
  expect(performance.now() - began).toBeLessThan(patience(5_000));
  expect(await running.ended).toBe('signal SIGTERM');
});

it('kills a process that ignores SIGTERM', async () => {
  const { running, firstLine } = run(
    'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)',
  );
  await firstLine;
  await running.stop(300);
  expect(await running.ended).toBe('signal SIGKILL');
});

it('ends what a process has started, even when that ignores SIGTERM and its parent is gone first', async () => {
  const stubborn = 'process.on("SIGTERM", () => {}); console.log(process.pid); setInterval(() => {}, 1000)';
  const { running, lines, firstLine } = run(
    `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(stubborn)}], { stdio: "inherit" })`,
  );
  await firstLine;
  const grandchild = Number(lines[0]);
  expect(alive(grandchild)).toBe(true);
  await running.stop(300);
  await expect.poll(() => alive(grandchild), { timeout: 5_000 }).toBe(false);
});
