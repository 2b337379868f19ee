import { posix } from 'node:path';
import { expect, it } from 'vitest';
import { describeIf } from '../support/skip.ts';
import { FILES, NEEDS_GIT, textOf } from './files.ts';

const sources = (FILES ?? []).filter((file) => file.endsWith('.ts') || file.endsWith('.mjs'));

/** Specifiers of static and dynamic imports and of re-exports. */
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]/g;

interface Import {
  readonly file: string;
  readonly from: string;
  /** Path inside the repository for a relative import, else the specifier. */
  readonly target: string;
}

const importsOf = (file: string): Import[] =>
  [...textOf(file).matchAll(IMPORT)].map(([, specifier = '']) => ({
    file,
    from: specifier,
    target: specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier,
  }));

const isScript = (file: string): boolean => /^workers\/(build|bench|warm)\//.test(file);
const isNode = ({ from }: Import): boolean => from.startsWith('node:');
const crossing = (room: string, forbidden: (found: Import) => boolean): string[] =>
  sources
    .filter((file) => file.startsWith(`${room}/`))
    .flatMap(importsOf)
    .filter(forbidden)
    .map(({ file, from }) => `${file} imports ${from}`);

const inRooms =
  (...rooms: string[]) =>
  ({ target }: Import): boolean =>
    rooms.some((room) => target.startsWith(`${room}/`));

describeIf(FILES !== null, NEEDS_GIT)('floors: a room uses only those below it', () => {
  it('finds imports at all', () => {
    expect(sources.flatMap(importsOf).length).toBeGreaterThan(20);
  });

  it('shared uses no other room', () => {
    expect(crossing('shared', inRooms('gpu-service', 'workers', 'test'))).toEqual([]);
  });

  it('shared runs anywhere: it imports nothing of Node', () => {
    expect(crossing('shared', isNode)).toEqual([]);
  });

  it('the GPU service uses neither the Worker nor the tests', () => {
    expect(crossing('gpu-service', inRooms('workers', 'test'))).toEqual([]);
  });

  it('the Worker uses neither the GPU service nor the tests', () => {
    expect(crossing('workers', inRooms('gpu-service', 'test'))).toEqual([]);
  });

  it('the Worker imports nothing of Node, its scripts aside', () => {
    expect(crossing('workers', (found) => isNode(found) && !isScript(found.file))).toEqual([]);
  });
});
