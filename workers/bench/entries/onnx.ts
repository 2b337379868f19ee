/// <reference path="../../modules.d.ts" />
import './watch-memory.ts';
import stage1 from '../../../shared/model/stage1.onnx';
import { createOnnxEngine } from '../../edge/onnx-engine.ts';
import { serve } from './serve.ts';

export default serve(createOnnxEngine(stage1));
