/// <reference path="../../modules.d.ts" />
import './watch-memory.ts';
import written from '../../dist/stage1-written.onnx';
import { createOnnxEngine } from '../../edge/onnx-engine.ts';
import { serve } from './serve.ts';

export default serve(createOnnxEngine(written));
