import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../../../gpu-service/serve/config.ts';
import { ROOT, TOKEN } from './process.ts';

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

interface Stage {
  readonly base: string;
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

/** Stages of a Dockerfile without continued lines. */
function stagesOf(text: string): Stage[] {
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name = '', rest = ''] = /^([A-Z]+) (.*[^\\])$/.exec(line) ?? [];
    expect(name, line).not.toBe('');
    const [, base, as] = name === 'FROM' ? (/^(\S+) AS (\S+)$/.exec(rest) ?? []) : [];
    if (base !== undefined && as !== undefined) stages.push({ base, name: as, instructions: [] });
    else stages.at(-1)?.instructions.push({ name, rest });
  }
  return stages;
}

const stages = stagesOf(readFileSync(join(ROOT, 'gpu-service/serve/Dockerfile'), 'utf8'));
const find = (stage: Stage, name: string): string[] =>
  stage.instructions.filter((instruction) => instruction.name === name).map(({ rest }) => rest);
const copies = (stage: Stage) =>
  find(stage, 'COPY').map((rest) => {
    const words = rest.split(' ');
    const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined;
    return { from, sources: words.slice(0, -1), target: words.at(-1) ?? '' };
  });
const environment = (stage: Stage): Record<string, string> =>
  Object.fromEntries(find(stage, 'ENV').flatMap((rest) => rest.split(' ').map((pair) => pair.split('='))));
const names = z.record(z.string(), z.string());
const { scripts, dependencies } = z
  .object({ scripts: names, dependencies: names })
  .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
const images = stages.filter((stage) => find(stage, 'CMD').length > 0);

describe('Dockerfile', () => {
  it('makes an image for the CPU and one for CUDA 12', () => {
    expect(images.map(({ name }) => name)).toEqual(['cpu', 'cuda']);
    expect(images[1]?.base).toMatch(/^nvidia\/cuda:12\..*-cudnn-runtime-/);
  });

  it.each(stages)('$name copies only what exists', (stage) => {
    for (const { from, sources } of copies(stage)) {
      if (from !== undefined) expect(stages.map(({ name }) => name)).toContain(from);
      else for (const source of sources) expect(existsSync(join(ROOT, source)), source).toBe(true);
    }
  });

  it('runs nothing but npm’s own commands while it is built', () => {
    const runs = stages.flatMap((stage) => find(stage, 'RUN')).flatMap((run) => run.split(' && '));
    const allowed = ['npm ci --omit=dev', 'npm rebuild onnxruntime-node', 'rm -rf node_modules/node-linux-*'];
    expect(runs.filter((run) => !allowed.includes(run))).toEqual([]);
  });

  it.each(images)('$name starts what `npm run gpu` starts, with settings that are valid', (stage) => {
    const command: string[] = JSON.parse(find(stage, 'CMD')[0] ?? '[]');
    expect(command.join(' ')).toBe(scripts.gpu);
    expect(readConfig({ ...environment(stage), TOKEN }).ok).toBe(true);
    expect(environment(stage).EXECUTION_PROVIDERS).toBe(stage.name);
  });

  it('imports only packages that are installed without the development ones', () => {
    const files = ['gpu-service/serve', 'shared'].flatMap((room) =>
      readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' }).map((file) =>
        join(ROOT, room, file),
      ),
    );
    const imported = files
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\bfrom '((?:@[^/']+\/)?[^./'][^/']*)/g)])
      .map(([, name = '']) => name)
      .filter((name) => !name.startsWith('node:'));
    expect(imported).toContain('onnxruntime-node');
    expect(imported.filter((name) => dependencies[name] === undefined)).toEqual([]);
  });

  it('has in the CPU image all that its command needs: what it copies runs by itself', async () => {
    const image = images[0];
    if (image === undefined) throw new Error('no CPU image');
    const app = await mkdtemp(join(tmpdir(), 'restgan-image-'));
    try {
      for (const { from, sources, target } of copies(image)) {
        if (from !== undefined) continue;
        for (const source of sources) {
          const to = join(app, target === './' ? source : target);
          await mkdir(dirname(to), { recursive: true });
          await cp(join(ROOT, source), to, { recursive: true });
        }
      }
      await symlink(join(ROOT, 'node_modules'), join(app, 'node_modules'));
      const [, ...args]: string[] = JSON.parse(find(image, 'CMD')[0] ?? '[]');
      const env = { ...environment(image), TOKEN, HOST: '127.0.0.1', PORT: '0', METRICS_PORT: '0' };
      const child = spawn(process.execPath, args, { cwd: app, env, stdio: ['ignore', 'pipe', 'inherit'] });
      const exit = new Promise((resolve) => child.once('exit', resolve));
      const messages: unknown[] = [];
      for await (const line of createInterface({ input: child.stdout })) {
        messages.push(JSON.parse(line).msg);
        if (messages.at(-1) === 'ready') child.kill('SIGTERM');
      }
      expect(messages).toEqual(expect.arrayContaining(['ready', 'stopped']));
      expect(await exit).toBe(0);
    } finally {
      await rm(app, { recursive: true });
    }
  });
});
