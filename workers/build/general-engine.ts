import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { unshareMemory } from './unshare-memory.ts';

const WITH = "export { default } from '../edge/general-engine.ts';\n";
const WITHOUT = 'export default null;\n';

/**
 * Makes onnxruntime-web's WASM, and the module by which the bundle has it or not: it is 3.7 MB compressed, where the
 * platform's free plan takes 3 MB in all, and every isolate would pay for its compilation, drawing with it or not.
 * @param bundled whether a deployment needs it
 */
export async function buildGeneralEngine(out: URL, bundled: boolean): Promise<void> {
  const require = createRequire(import.meta.url);
  const ort = await readFile(require.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
  await writeFile(new URL('ort.wasm', out), unshareMemory(ort));
  await writeFile(new URL('general-engine.js', out), bundled ? WITH : WITHOUT);
}
