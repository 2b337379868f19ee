import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tokenise } from '../../../shared/query/index.ts';
import { pictureRequest } from '../../../shared/query/picture-request.ts';
import { ROOT, startServiceProcess, TOKEN } from './process.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'restgan-generate-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** Runs `npm run generate` with these arguments. */
function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const command = ['run', '--silent', 'generate', '--', ...args];
    const env = { ...process.env, EXECUTION_PROVIDERS: 'cpu' };
    execFile('npm', command, { cwd: ROOT, env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

async function jsonl(lines: readonly (object | string)[]): Promise<string> {
  const file = join(dir, 'in.jsonl');
  const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  await writeFile(file, texts.join('\n'));
  return file;
}

const results = async (out: string): Promise<Record<string, unknown>[]> =>
  (await readFile(join(out, 'results.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('npm run generate', () => {
  it('makes one picture of a query, says what it was, and gives the bytes that HTTP gives', async () => {
    const file = join(dir, 'pants.png');
    const made = await run('--query', "women's black pants", '--seed', '7', '--size', '256', '--out', file);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const told = JSON.parse(made.stdout);
    expect(told).toMatchObject({ seed: 7, size: 256, stage: 2, unknown: [] });
    const bytes = await readFile(file);
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 256, height: 256 });

    const service = await startServiceProcess();
    const query = tokenise("women's black pants");
    if (!query.ok) throw new Error(query.error.detail);
    const choice = { model: service.model, seed: 7, size: 256, format: 'png', stage: 'final' } as const;
    const { stage: _, ...input } = pictureRequest(query.value, choice);
    const response = await fetch(`${service.url}/predictions`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ input }),
    });
    const { output } = await response.json();
    service.process.kill('SIGTERM');
    await service.exit;
    expect(Buffer.from(output.split(',')[1], 'base64').equals(bytes)).toBe(true);
    expect(told.targetLab).toEqual(input.lab);
  });

  it('makes a file of queries in the order of its lines; a line that fails does not stop the others', async () => {
    const file = await jsonl([
      { query: 'red skinny jeans', seed: 1, size: 64 },
      'not json',
      '',
      { query: 'xyzzy' },
      { query: 'black shorts', seed: -1 },
      { query: '#7b1f2b frobnicated pants', size: 128 },
    ]);
    const out = join(dir, 'out');
    const { code, stdout } = await run('--jsonl', file, '--out', out);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^2 pictures .* 3 lines failed/)]);
    expect((await readdir(out)).sort()).toEqual(['0.png', '5.png', 'results.jsonl']);
    expect(await results(out)).toMatchObject([
      {
        line: 0,
        file: '0.png',
        query: 'red skinny jeans',
        seed: 1,
        size: 64,
        tokens: [
          { word: 'red', kind: 'color', lab: [expect.any(Number), expect.any(Number), expect.any(Number)] },
          { word: 'skinny', kind: 'fit' },
          { word: 'jeans', kind: 'type' },
        ],
        unknown: [],
        targetLab: [expect.any(Number), expect.any(Number), expect.any(Number)],
        stage: 1,
        modelVersion: expect.any(String),
      },
      { line: 1, error: { code: 'bad_request' } },
      { line: 3, query: 'xyzzy', error: { code: 'no_known_word' } },
      { line: 4, error: { code: 'bad_request' } },
      { line: 5, file: '5.png', unknown: [{ text: 'frobnicated' }], stage: 2, seed: 7 },
    ]);
  });

  it('gives the same bytes alone, in a file and again', async () => {
    const lines = Array.from({ length: 9 }, (_, seed) => ({ query: 'blue jeans', seed, size: 64 }));
    const [one, two] = [join(dir, 'one'), join(dir, 'two')];
    const file = await jsonl(lines);
    expect((await run('--jsonl', file, '--out', one)).code).toBe(0);
    expect((await run('--jsonl', await jsonl(lines.slice(4, 5)), '--out', two)).code).toBe(0);
    const [inFile, alone] = await Promise.all(
      [join(one, '4.png'), join(two, '0.png')].map((picture) => sharp(picture).raw().toBuffer()),
    );
    const worst = inFile?.reduce((most, byte, i) => Math.max(most, Math.abs(byte - (alone?.[i] ?? 0))), 0);
    expect(worst).toBeLessThanOrEqual(1);
  });

  it.each([
    ['nothing', []],
    ['no --out', ['--query', 'jeans']],
    ['both ways at once', ['--query', 'jeans', '--jsonl', 'a', '--out', 'b']],
    ['an unknown format', ['--query', 'jeans', '--out', 'a.gif']],
    ['an unknown size', ['--query', 'jeans', '--size', '65', '--out', 'a.png']],
    ['an unknown option', ['--frob']],
  ])('says how it is used when given %s, and ends with 2', async (_, args) => {
    const { code, stderr } = await run(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining('npm run generate --')]);
  });

  it('ends with 2 when the file cannot be read, leaving no trace', async () => {
    const out = join(dir, 'out');
    const { code, stderr } = await run('--jsonl', join(dir, 'none.jsonl'), '--out', out);
    expect([code, stderr]).toEqual([2, expect.stringContaining('none.jsonl')]);
    expect(await readdir(dir)).toEqual([]);
  });
});
