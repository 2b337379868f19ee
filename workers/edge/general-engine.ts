import stage1 from '../../shared/model/stage1.onnx';
import { createOnnxEngine } from './onnx-engine.ts';

/** In a bundle that was built with it (workers/build/general-engine.ts). It does nothing before its first picture. */
export default createOnnxEngine(stage1);
