import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { main, version } from 'assemblyscript/asc';

const OPTIONS = [
  ...['--optimizeLevel', '3', '--shrinkLevel', '0', '--converge'],
  ...['--runtime', 'stub', '--noAssert', '--enable', 'simd'],
  // Vectors pass between a module's own files only, which AS112 cannot tell.
  ...['--disableWarning', 'AS112'],
];

/** Modules that were compiled before, by what they were made of: a compilation takes seconds. */
const kept = new URL('../dist/assembly/', import.meta.url);

/**
 * Compiles one of the AssemblyScript modules of workers/edge: plain SIMD, the stub runtime (nothing is ever freed), no
 * imports.
 * @throws with the compiler's words
 */
export async function compileAssembly(name: 'kernel' | 'picture', file: URL): Promise<void> {
  const sources = new URL(`../edge/${name}/`, import.meta.url);
  const compiled = new URL(`${name}-${await digestOf(sources)}.wasm`, kept);
  if (!existsSync(compiled)) {
    await mkdir(kept, { recursive: true });
    // Whole or not at all: another process may be waiting for it.
    const fresh = new URL(`${randomUUID()}.wasm`, kept);
    await compile(name, fileURLToPath(sources), fileURLToPath(fresh));
    await rename(fresh, compiled);
  }
  await copyFile(compiled, file);
}

async function digestOf(sources: URL): Promise<string> {
  const digest = createHash('sha256').update(version).update(OPTIONS.join(' '));
  for (const file of (await readdir(sources)).toSorted()) {
    digest.update(file).update(await readFile(new URL(file, sources)));
  }
  return digest.digest('hex');
}

async function compile(name: string, dir: string, file: string): Promise<void> {
  const said: string[] = [];
  const stream = { write: (chunk: string | Uint8Array) => said.push(String(chunk)) };
  const { error } = await main(['index.ts', '--baseDir', dir, '--outFile', file, ...OPTIONS], {
    stdout: stream,
    stderr: stream,
  });
  if (error !== null) throw new Error(`${name} does not compile: ${error.message}\n${said.join('')}`);
}
