/**
 * Makes what the Worker's bundle needs and the repository does not hold. wrangler.toml's `[build]` runs it before
 * every `wrangler deploy` and `wrangler dev`.
 */
import { mkdir } from 'node:fs/promises';
import { compileAssembly } from './assembly.ts';
import { buildEngine } from './engine/build.ts';
import { buildGeneralEngine } from './general-engine.ts';
import { buildPage } from './page.ts';
import { buildReference } from './reference.ts';

const out = new URL('../dist/', import.meta.url);
await mkdir(out, { recursive: true });

await compileAssembly('picture', new URL('picture.wasm', out));
console.log('built workers/dist/picture.wasm');

const graph = new URL('../../shared/model/stage1.onnx', import.meta.url);
const packed = await buildEngine(graph, out);
console.log(
  packed.ok
    ? `built workers/dist/kernel.wasm and stage1.bin (${(packed.value / 1024).toFixed(0)} KiB of weights)`
    : `built workers/dist/kernel.wasm; the graph is not its own, drafts are onnxruntime-web's: ${packed.error}`,
);

const general = !packed.ok || process.env.EDGE_ENGINE === 'onnx';
await buildGeneralEngine(out, general);
console.log(`built workers/dist/ort.wasm, ${general ? '' : 'not '}for the bundle`);

const sizes = Object.entries(await buildPage(new URL('page/', out)));
console.log(
  `built workers/dist/page (${sizes.map(([file, bytes]) => `${file} ${(bytes / 1024).toFixed(1)} KiB`).join(', ')})`,
);

const described = await buildReference(new URL('page/', out));
console.log(
  `built workers/dist/page/openapi.json (${(described / 1024).toFixed(1)} KiB) and the reference page`,
);
