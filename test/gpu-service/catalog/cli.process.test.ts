import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeDrawnCatalog } from '../../../gpu-service/catalog/drawn/catalog.ts';

const CLI = fileURLToPath(new URL('../../../gpu-service/catalog/cli.ts', import.meta.url));

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'catalog-cli-'));
  await writeDrawnCatalog(folder, 200, 3);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(out: string) {
  const args = [
    CLI,
    '--csv',
    path.join(folder, 'catalog.csv'),
    '--images',
    path.join(folder, 'images'),
    '--out',
    out,
    '--no-sheets',
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (data) => {
    text += String(data);
  });
  return { child, text: () => text };
}

it('killed at any moment and run again, it goes on and ends with the same dataset', async () => {
  const out = path.join(folder, 'killed');
  const journal = path.join(out, '.work', 'images.jsonl');
  const { child } = start(out);
  while (!existsSync(journal) || readFileSync(journal, 'utf8').split('\n').length < 3) await sleep(20);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(existsSync(path.join(out, 'rows.jsonl'))).toBe(false);

  const again = start(out);
  expect((await once(again.child, 'exit'))[0]).toBe(0);
  expect(again.text()).toMatch(/going on after \d+ pictures/);
  expect(again.text()).toMatch(/200 rows in, 200 accounted for/);

  const whole = path.join(folder, 'whole');
  expect((await once(start(whole).child, 'exit'))[0]).toBe(0);
  for (const file of ['rows.jsonl', 'colors.json', 'report.json', 'rgba64.bin', 'rgba256.bin']) {
    expect(readFileSync(path.join(out, file)).equals(readFileSync(path.join(whole, file))), file).toBe(true);
  }
}, 240_000);
