/// <reference path="../../modules.d.ts" />
import manifest from '../../../shared/model/manifest.json' with { type: 'json' };
import module from '../../dist/kernel.wasm';
import weights from '../../dist/stage1.bin';
import { createKernelEngine } from '../../edge/kernel-engine.ts';

const made = createKernelEngine(module, weights, manifest.graphs.stage1.sha256);
if (!made.ok) throw new Error(made.error);

export const kernel = made.value;
