import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildPage } from '../../../workers/build/page.ts';

const MAX_GZIP_BYTES = 6_144;

let dir: string;
let module: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'restgan-component-'));
  await buildPage(pathToFileURL(`${dir}/`));
  module = await readFile(join(dir, 'restgan-preview.js'), 'utf8');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it(`is at most ${MAX_GZIP_BYTES} bytes, compressed`, () => {
  expect(gzipSync(module).length).toBeLessThanOrEqual(MAX_GZIP_BYTES);
});

it('is one module that imports nothing', () => {
  expect(module).not.toMatch(/\bimport\s*[("'{*]|\bfrom\s*["']/);
});

it('may be loaded by pages of other origins', async () => {
  const headers = await readFile(join(dir, '_headers'), 'utf8');
  expect(headers).toMatch(/\/restgan-preview\.js\n(?: {2}.*\n)*? {2}Access-Control-Allow-Origin: \*/);
});
