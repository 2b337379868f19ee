/** What wrangler's `rules` turn into modules. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}

declare module '*.onnx' {
  const bytes: ArrayBuffer;
  export default bytes;
}

declare module '*.bin' {
  const bytes: ArrayBuffer;
  export default bytes;
}

/** Made by the build: onnxruntime-web's engine, or null in a bundle without it. */
declare module '*/general-engine.js' {
  const engine: import('./pipeline/generator/edge.ts').EdgeEngine | null;
  export default engine;
}
