/// <reference path="../modules.d.ts" />
import manifest from '../../shared/model/manifest.json' with { type: 'json' };
import module from '../dist/kernel.wasm';
import weights from '../dist/stage1.bin';
import { createKernelEngine } from '../edge/kernel-engine.ts';
import { serve } from './serve.ts';

const engine = createKernelEngine(module, weights, manifest.graphs.stage1.sha256);
if (!engine.ok) throw new Error(engine.error);

export default serve(engine.value);
