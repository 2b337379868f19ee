import './watch-memory.ts';
import { warmUp } from '../../edge/warm-up.ts';
import { kernel } from './make-kernel.ts';
import { ownFinish, serve } from './serve.ts';

// As the Worker does (workers/edge/engines.ts).
await warmUp(kernel, ownFinish);

export default serve(kernel);
