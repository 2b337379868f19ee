import { MAX_TOKENS } from '../../shared/contract/limits.ts';
import { err, ok, type Result } from '../../shared/contract/result.ts';
import { COLOR_LENGTH, modelInputs } from '../../shared/model/inputs.ts';
import { LATENT_LENGTH } from '../../shared/model/latent.ts';
import type { EdgeEngine } from '../pipeline/generator/edge.ts';

const IMAGE_BYTES = 64 * 64 * 3;
/** The packed file, as workers/build/engine/pack.ts writes it. */
const SHA256_BYTES = 32;
const SIZES = 15;
const HEADER_BYTES = SHA256_BYTES + (SIZES + 2) * 4;

/** What workers/edge/kernel/index.ts exports. */
interface Kernel {
  readonly memory: WebAssembly.Memory;
  readonly sizesAt: WebAssembly.Global;
  readonly tokensAt: WebAssembly.Global;
  readonly latentAt: WebAssembly.Global;
  readonly colorAt: WebAssembly.Global;
  readonly imageAt: WebAssembly.Global;
  plan(halves: number, floats: number): void;
  halvesPlanned(): number;
  halvesAt(): number;
  floatsAt(): number;
  unpack(): void;
  draw(): void;
}

/**
 * Stage-I by our own kernel (workers/edge/kernel). The weights are unpacked here, once; pictures then need no memory
 * beyond it, and drawing cannot be interrupted, so that one instance serves every request of the isolate.
 * @param packed `stage1.bin`; empty for a graph that the kernel does not know
 * @param graphSha256 hex of the graph that the model's manifest names
 * @returns an error when the packed weights are none, or another graph's
 */
export function createKernelEngine(
  module: WebAssembly.Module,
  packed: ArrayBuffer,
  graphSha256: string,
): Result<EdgeEngine, string> {
  if (packed.byteLength < HEADER_BYTES) return err('it does not know the graph; the build says why');
  const made = [...new Uint8Array(packed, 0, SHA256_BYTES)].map((byte) => byte.toString(16).padStart(2, '0'));
  if (made.join('') !== graphSha256) return err('its weights are of another graph than the manifest');
  const kernel = new WebAssembly.Instance(module).exports as unknown as Kernel;
  const vocabulary = unpack(kernel, packed);
  if (!vocabulary.ok) return vocabulary;

  const { buffer } = kernel.memory;
  const tokens = new Int32Array(buffer, kernel.tokensAt.value, MAX_TOKENS);
  const latent = new Float32Array(buffer, kernel.latentAt.value, LATENT_LENGTH);
  const color = new Float32Array(buffer, kernel.colorAt.value, COLOR_LENGTH);
  const image = new Uint8Array(buffer, kernel.imageAt.value, IMAGE_BYTES);
  return ok({
    name: 'kernel',
    ready: () => true,
    async draw(request) {
      const inputs = modelInputs([request]);
      const unknown = inputs.tokens.find((token) => token < 0 || token >= vocabulary.value);
      if (unknown !== undefined) throw new Error(`token ${unknown} is not in the vocabulary`);
      tokens.set(inputs.tokens);
      latent.set(inputs.latent);
      color.set(inputs.color);
      kernel.draw();
      return image.slice();
    },
  });
}

/** Copies the weights into the kernel's memory. Returns the size of the vocabulary. */
function unpack(kernel: Kernel, packed: ArrayBuffer): Result<number, string> {
  const header = new Int32Array(packed, SHA256_BYTES, SIZES + 2);
  const [vocabulary = 0] = header;
  const [halves = 0, floats = 0] = header.subarray(SIZES);
  const floatsFrom = HEADER_BYTES + halves * 2;
  if (packed.byteLength !== floatsFrom + floats * 4) return err('its weights are cut short');
  new Int32Array(kernel.memory.buffer, kernel.sizesAt.value, header.length).set(header);
  kernel.plan(halves, floats);
  if (kernel.halvesPlanned() !== halves) return err('its weights are packed for another kernel');
  const { buffer } = kernel.memory;
  new Uint8Array(buffer, kernel.halvesAt(), halves * 2).set(new Uint8Array(packed, HEADER_BYTES, halves * 2));
  new Uint8Array(buffer, kernel.floatsAt(), floats * 4).set(new Uint8Array(packed, floatsFrom));
  kernel.unpack();
  return ok(vocabulary);
}
