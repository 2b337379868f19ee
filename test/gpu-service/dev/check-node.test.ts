import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../../gpu-service/dev/check-node.mjs', import.meta.url));

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'restgan-node-'));
  mkdirSync(join(root, 'gpu-service/dev'), { recursive: true });
  copyFileSync(SCRIPT, join(root, 'gpu-service/dev/check-node.mjs'));
  const optionalDependencies = { 'node-of-another-platform': '22.23.2', 'node-of-this-one': '22.23.2' };
  writeFileSync(join(root, 'package.json'), JSON.stringify({ optionalDependencies }));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Runs the check as if `version` of Node did. */
function check(version: string) {
  const pretend = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } })`;
  const args = ['--import', `data:text/javascript,${pretend}`, join(root, 'gpu-service/dev/check-node.mjs')];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

const install = (): void => {
  mkdirSync(join(root, 'node_modules/node-of-this-one/bin'), { recursive: true });
  writeFileSync(join(root, 'node_modules/node-of-this-one/bin/node'), '');
};

it.each(['22.18.0', '22.23.2', '24.0.0', '30.1.2'])('is content with Node %s', (version) => {
  expect(check(version)).toMatchObject({ status: 0, stderr: '' });
});

it.each(['18.20.0', '20.20.2', '22.17.9'])(
  'refuses Node %s when none came along, and says what to do',
  (version) => {
    const { status, stderr } = check(version);
    expect(status).toBe(1);
    expect(stderr).toContain(`needs Node 22.18 or newer, and ${version} is running`);
    expect(stderr).toContain('npm ci');
  },
);

it('puts the Node that came along where npm looks for commands first', () => {
  install();
  expect(check('20.20.2')).toMatchObject({ status: 0, stderr: '' });
  expect(readlinkSync(join(root, 'node_modules/.bin/node'))).toBe('../node-of-this-one/bin/node');
  expect(check('20.20.2').status).toBe(0);
});
