import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

/**
 * Compiles one of the AssemblyScript modules of workers/edge: plain SIMD, the stub runtime (nothing is ever freed), no
 * imports.
 * @throws with the compiler's words
 */
export async function compileAssembly(name: 'kernel' | 'picture', file: URL): Promise<void> {
  const dir = fileURLToPath(new URL(`../edge/${name}/`, import.meta.url));
  const said: string[] = [];
  const stream = { write: (chunk: string | Uint8Array) => said.push(String(chunk)) };
  const options = [
    '--optimizeLevel',
    '3',
    '--shrinkLevel',
    '0',
    '--converge',
    '--runtime',
    'stub',
    '--noAssert',
  ];
  // Vectors pass between the module's own files only, which AS112 cannot tell.
  const features = ['--enable', 'simd', '--disableWarning', 'AS112'];
  const target = ['--baseDir', dir, '--outFile', fileURLToPath(file)];
  const { error } = await main(['index.ts', ...target, ...options, ...features], {
    stdout: stream,
    stderr: stream,
  });
  if (error !== null) throw new Error(`${name} does not compile: ${error.message}\n${said.join('')}`);
}
