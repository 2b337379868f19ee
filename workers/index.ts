import { app } from './app.ts';
import type { Bindings } from './services.ts';

export default { fetch: app.fetch } satisfies ExportedHandler<Bindings>;
