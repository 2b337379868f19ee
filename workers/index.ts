import { app } from './app.ts';
import { consume } from './queue/consume.ts';
import { type Bindings, servicesOf } from './services.ts';

export { Ceiling, Flight } from './objects/index.ts';

export default {
  fetch: app.fetch,
  async queue(batch, env, context) {
    const services = servicesOf(env);
    if (services === null) return batch.retryAll();
    await consume(batch, services, (work) => context.waitUntil(work));
  },
} satisfies ExportedHandler<Bindings>;
