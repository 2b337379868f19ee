import { app } from './app.ts';
import type { Bindings } from './services.ts';

export { Ceiling, Flight } from './objects/index.ts';
export default { fetch: app.fetch } satisfies ExportedHandler<Bindings>;
