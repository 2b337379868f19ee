import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { err, ok, type Result } from '../../../shared/contract/result.ts';
import { compileAssembly } from '../assembly.ts';
import { readOnnx } from './onnx.ts';
import { packStage1 } from './pack.ts';
import { readStage1 } from './stage1.ts';

/**
 * Makes the edge engine's two files in `out`: `kernel.wasm`, and `stage1.bin` with the graph's weights. A graph that
 * the engine does not know leaves `stage1.bin` empty: the Worker then draws by onnxruntime-web.
 * @param graph file of the exported Stage-I
 * @returns the size of `stage1.bin`, or what is unknown about the graph
 */
export async function buildEngine(graph: URL, out: URL): Promise<Result<number, string>> {
  await compileAssembly('kernel', new URL('kernel.wasm', out));
  const packed = packGraph(await readFile(graph));
  await writeFile(new URL('stage1.bin', out), packed.ok ? packed.value : new Uint8Array());
  return packed.ok ? ok(packed.value.length) : packed;
}

/** The packed weights of an exported Stage-I graph, or in what it differs from the one that the engine draws. */
export function packGraph(graph: Uint8Array): Result<Uint8Array, string> {
  try {
    return ok(packStage1(readStage1(readOnnx(graph)), createHash('sha256').update(graph).digest()));
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}
