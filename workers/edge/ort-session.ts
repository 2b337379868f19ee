import * as ort from 'onnxruntime-web/wasm';
import ortModule from '../dist/ort.wasm';

export type InferenceSession = ort.InferenceSession;
export const { Tensor } = ort;

let initialised: Promise<unknown> = Promise.resolve();

/**
 * An onnxruntime-web session inside workerd, on one thread.
 *
 * workerd compiles no WASM from bytes: the module comes compiled from the bundle, and the runtime's glue must be
 * handed it. Its public API offers no way to do so, so that globals are replaced while the runtime starts:
 * `WebAssembly.instantiate` uses our module, `WebAssembly.Memory` is not shared (workers/build/unshare-memory.ts),
 * and `Atomics.waitAsync`, which refuses unshared memory, is away. Sessions are made one after another, so that two
 * starts never replace them at once.
 *
 * @param graph bytes of an .onnx file
 * @throws when the graph cannot be loaded
 */
export function createSession(graph: ArrayBuffer): Promise<ort.InferenceSession> {
  const session = initialised.then(() => withOwnModule(() => startSession(graph)));
  initialised = session.catch(() => undefined);
  return session;
}

function startSession(graph: ArrayBuffer): Promise<ort.InferenceSession> {
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.proxy = false;
  // Any bytes: they keep the glue from fetching the module.
  ort.env.wasm.wasmBinary = new ArrayBuffer(8);
  return ort.InferenceSession.create(graph, { executionProviders: ['wasm'] });
}

async function withOwnModule<T>(start: () => Promise<T>): Promise<T> {
  const { instantiate, Memory } = WebAssembly;
  const { waitAsync } = Atomics;
  Object.assign(WebAssembly, {
    instantiate: async (_bytes: unknown, imports: WebAssembly.Imports) => ({
      module: ortModule,
      instance: new WebAssembly.Instance(ortModule, imports),
    }),
    Memory: class extends Memory {
      constructor(descriptor: WebAssembly.MemoryDescriptor) {
        super({ ...descriptor, shared: false });
      }
    },
  });
  Object.assign(Atomics, { waitAsync: undefined });
  try {
    return await start();
  } finally {
    Object.assign(WebAssembly, { instantiate, Memory });
    Object.assign(Atomics, { waitAsync });
  }
}
