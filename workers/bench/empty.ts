import { serve } from './serve.ts';

/** What the others are compared with: everything but an engine. */
export default serve(null);
