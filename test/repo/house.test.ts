import { expect, it } from 'vitest';
import { describeIf } from '../support/skip.ts';
import { FILES, isText, NEEDS_GIT, sizeOf, textOf } from './files.ts';

const files = FILES ?? [];

const TOP_LEVEL = [
  'README.md',
  'gpu-service',
  'package.json',
  'shared',
  'test',
  'tsconfig.json',
  'workers',
  'wrangler.toml',
];
const ALSO_ALLOWED = ['LICENSE', 'package-lock.json'];
const MAX_BYTES = 6_000_000;
const MAX_LINES = 450;
const CODE = /\.(ts|tsx|js|mjs|py|css|html)$/;
/** Directories of one machine. What a program needs for a while belongs under the system's temporary directory. */
const MACHINE_PATH = new RegExp(
  `(?<![\\w.$}*-])/(?:${['work', 'root', 'tmp', 'home', 'Users'].join('|')})/[\\w.]`,
);

describeIf(FILES !== null, NEEDS_GIT)('the house', () => {
  it('has the agreed top level and nothing else', () => {
    const entries = new Set(files.map((file) => file.split('/')[0] ?? ''));
    const plain = [...entries].filter((entry) => !entry.startsWith('.') && !ALSO_ALLOWED.includes(entry));
    expect(plain.sort()).toEqual(TOP_LEVEL.toSorted());
  });

  it(`has no file above ${MAX_BYTES} bytes`, () => {
    expect(files.filter((file) => sizeOf(file) > MAX_BYTES)).toEqual([]);
  });

  it(`has no code file above ${MAX_LINES} lines`, () => {
    const long = files.filter((file) => CODE.test(file) && textOf(file).split('\n').length > MAX_LINES);
    expect(long).toEqual([]);
  });

  it('names no directory of one machine', () => {
    const named = files
      .filter((file) => file !== 'test/repo/house.test.ts' && isText(file))
      .flatMap((file) =>
        textOf(file)
          .split('\n')
          .map((line, index) => ({ at: `${file}:${index + 1}`, line })),
      )
      .filter(({ line }) => MACHINE_PATH.test(line))
      .map(({ at }) => at);
    expect(named).toEqual([]);
  });

  it('holds no photograph', () => {
    expect(files.filter((file) => /\.(jpe?g|heic|tiff?)$/i.test(file))).toEqual([]);
  });
});

it.each(['/work/x', ' /root/.cache', '"/tmp/out"', '(/home/me/a)'])(
  'knows %s as a directory of one machine',
  (text) => {
    expect(MACHINE_PATH.test(text)).toBe(true);
  },
);

it.each([
  'https://a.example/work/x',
  'gpu-service/work/',
  '../tmp/x',
  '$' + '{dir}/tmp/x',
  '/v1/preview/home',
])('does not take %s for one', (text) => {
  expect(MACHINE_PATH.test(text)).toBe(false);
});
