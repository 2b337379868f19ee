/** Remembers every WASM memory that is made. It has to be imported before whatever makes one. */
const memories: WebAssembly.Memory[] = [];
const { Instance, Memory } = WebAssembly;

Object.assign(WebAssembly, {
  Instance: class extends Instance {
    constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
      super(module, imports);
      const { memory } = this.exports;
      if (memory instanceof Memory) memories.push(memory);
    }
  },
  Memory: class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      memories.push(this);
    }
  },
});

export const wasmBytes = (): number => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
