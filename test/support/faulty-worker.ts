/**
 * The Worker with a KV that fails as it is told: `PUT /kv-faults` takes `KvFaults`. Everything else, the Durable Objects
 * included, is the Worker's own.
 */
import worker from '../../workers/index.ts';
import { Ceiling, Flight as RealFlight } from '../../workers/objects/index.ts';
import type { Bindings } from '../../workers/services.ts';
import type { KvFaults } from './kv-faults.ts';

export { Ceiling };

let faults: KvFaults = { read: 'fine', write: 'fine', ms: 0, staleMs: 0 };
/** When a key that was written or missed is seen with its value. */
const visibleAt = new Map<string, number>();
const known = new WeakMap<Bindings, Bindings>();

export class Flight extends RealFlight {
  constructor(context: DurableObjectState, env: Bindings) {
    super(context, withFaults(env));
  }
}

export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname !== '/kv-faults') {
      return worker.fetch(request, withFaults(env), context);
    }
    faults = await request.json<KvFaults>();
    visibleAt.clear();
    return new Response('told');
  },
} satisfies ExportedHandler<Bindings>;

function withFaults(env: Bindings): Bindings {
  const made = known.get(env) ?? { ...env, PREVIEWS: faulty(env.PREVIEWS) };
  known.set(env, made);
  return made;
}

function faulty(kv: KVNamespace): KVNamespace {
  const fault = async (how: 'fine' | 'down' | 'slow' | 'hang'): Promise<void> => {
    if (how === 'down') throw new Error('KV failed: 503 Service Unavailable');
    if (how === 'slow') await new Promise((resolve) => setTimeout(resolve, faults.ms));
    if (how === 'hang') await new Promise((resolve) => setTimeout(resolve, 30_000));
  };
  const late = (key: string): boolean => {
    if (faults.staleMs === 0) return false;
    const at = visibleAt.get(key) ?? Date.now() + faults.staleMs;
    visibleAt.set(key, at);
    return Date.now() < at;
  };
  return new Proxy(kv, {
    get(target, name) {
      if (name === 'getWithMetadata') {
        return async (key: string, type: 'arrayBuffer') => {
          await fault(faults.read);
          const found = await target.getWithMetadata(key, type);
          return late(key) ? { ...found, value: null, metadata: null } : found;
        };
      }
      if (name === 'put') {
        return async (...args: Parameters<KVNamespace['put']>) => {
          await fault(faults.write);
          return target.put(...args);
        };
      }
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
