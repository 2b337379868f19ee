import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { describeIf } from '../support/skip.ts';
import { FILES, NEEDS_GIT, ROOT, textOf } from './files.ts';

const versions = z.record(z.string(), z.string());
const manifest = z
  .object({
    scripts: versions,
    dependencies: versions,
    devDependencies: versions,
    optionalDependencies: versions,
  })
  .parse(JSON.parse(textOf('package.json')));
const scripts = Object.keys(manifest.scripts);

const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
/** Package name of a lock file's path. */
const nameOf = (path: string): string =>
  path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

const NPM_COMMAND = /\bnpm (?:run (?:-s |--silent )?([a-z][\w:-]*)|(start|test)\b)/g;
/** Links of a Markdown file that stay inside the repository, without their fragment. */
const RELATIVE_LINK = /\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g;
/** Files run from the repository's root. */
const RUN_FILE = /\bnode ((?:gpu-service|shared|workers)\/\S+\.m?[jt]s)\b/g;
const documents = (FILES ?? []).filter((file) => /(^|\/)([A-Z-]+\.md|Dockerfile|run)$/.test(file));

it('pins exact versions', () => {
  const { dependencies, devDependencies, optionalDependencies } = manifest;
  const loose = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }).filter(
    ([, version]) => !EXACT.test(version),
  );
  expect(loose).toEqual([]);
});

it('locks what it pins, without the address of a registry', () => {
  const resolved = textOf('package-lock.json').match(
    /"resolved": "https?:\/\/(?!registry\.npmjs\.org\/)[^"]*"/g,
  );
  expect(resolved).toBeNull();
});

it('locks every platform’s optional packages, which npm ci demands on each platform', () => {
  const entries = z
    .record(
      z.string(),
      z.object({ version: z.string().optional(), optionalDependencies: versions.optional() }),
    )
    .parse(JSON.parse(textOf('package-lock.json')).packages);
  const locked = new Set(Object.entries(entries).map(([path, { version }]) => `${nameOf(path)}@${version}`));
  const missing = Object.values(entries)
    .flatMap(({ optionalDependencies = {} }) => Object.entries(optionalDependencies))
    .filter(([, version]) => EXACT.test(version))
    .map(([name, version]) => `${name}@${version}`)
    .filter((wanted) => !locked.has(wanted));
  expect(missing).toEqual([]);
});

it('has a file behind every script', () => {
  const files = Object.values(manifest.scripts).flatMap((script) => script.match(/\S+\.(?:ts|mjs)\b/g) ?? []);
  expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
});

describeIf(FILES !== null, NEEDS_GIT)('documents', () => {
  it.each(documents)('%s names only npm scripts that exist', (document) => {
    const named = [...textOf(document).matchAll(NPM_COMMAND)].map(([, run, own]) => run ?? own ?? '');
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  });

  it.each(documents)('%s points at files that exist', (document) => {
    const linked = [...textOf(document).matchAll(RELATIVE_LINK)].map(([, target = '']) =>
      join(dirname(document), target),
    );
    const run = [...textOf(document).matchAll(RUN_FILE)].map(([, file = '']) => file);
    expect([...linked, ...run].filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });
});

it('gives README’s two commands, and .ci/run runs the second', () => {
  const readme = textOf('README.md');
  expect(readme).toContain('npm ci && npm start');
  expect(readme).toContain('npm ci && npm test');
  const lines = textOf('.ci/run')
    .split('\n')
    .map((line) => line.trim());
  expect(lines).toContain('npm ci && npm test');
});
