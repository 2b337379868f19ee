import type { Queued } from '../shared/contract/previews.ts';
import { type Config, readConfig, type Vars } from './config.ts';
import { engineFor, pictureTools } from './edge/engines.ts';
import { createGpuProbe, type GpuProbe } from './health/gpu-probe.ts';
import { log } from './log.ts';
import type { Ceiling } from './objects/ceiling.ts';
import { createDurableCeilings } from './objects/ceilings.ts';
import type { Flight } from './objects/flight.ts';
import { createDurableFlights } from './objects/flights.ts';
import { createKvCache } from './pipeline/cache/kv.ts';
import { createMemoryCache } from './pipeline/cache/memory.ts';
import { withBreaker } from './pipeline/flight/breaker.ts';
import { createEdgeGenerator, type EdgeEngine } from './pipeline/generator/edge.ts';
import { createGpuGenerator } from './pipeline/generator/gpu.ts';
import type { PictureCache } from './pipeline/ports.ts';
import { createPreviewer, type Previewer } from './pipeline/previewer.ts';
import { createViews, type Views } from './pipeline/views.ts';

/** What wrangler.toml binds. */
export interface Bindings extends Vars {
  readonly PREVIEWS: KVNamespace;
  readonly FLIGHTS: DurableObjectNamespace<Flight>;
  readonly CEILINGS: DurableObjectNamespace<Ceiling>;
  /** Absent: nothing is drawn ahead of time. */
  readonly WARM?: Queue<Queued>;
  readonly VISITOR_LIMIT: RateLimit;
  readonly SERVER_LIMIT: RateLimit;
}

/** What the routes use: the adapters behind their ports, made once per isolate. */
export interface Services {
  readonly config: Config;
  readonly previewer: Previewer;
  readonly finals: PictureCache;
  /** Null: no GPU service is configured, and nobody looks at pictures. */
  readonly views: Views | null;
  readonly engine: EdgeEngine;
  readonly gpuProbe: GpuProbe | null;
}

/** About 1,500 drafts. */
const DRAFT_CACHE_BYTES = 4_194_304;

let made: { readonly env: Bindings; readonly services: Services | null } | null = null;

/** The isolate's services; null when its configuration is wrong, which the log then says. */
export function servicesOf(env: Bindings): Services | null {
  if (made?.env !== env) made = { env, services: createServices(env) };
  return made.services;
}

function createServices(env: Bindings): Services | null {
  const config = readConfig(env);
  if (!config.ok) return misconfigured(config.error);
  const { edgeEngine, gpu, budgetMs, deadlineMs, cacheMs } = config.value;
  const chosen = engineFor(edgeEngine);
  if (!chosen.ok) return misconfigured(`EDGE_ENGINE ${chosen.error}`);
  const engine = chosen.value;
  const finals = createKvCache(env.PREVIEWS, pictureTools.checksum);
  const ceilings = createDurableCeilings(env.CEILINGS, log);
  const generator = gpu === null ? null : createGpuGenerator(gpu);
  return {
    config: config.value,
    finals,
    engine,
    gpuProbe: gpu === null ? null : createGpuProbe(gpu.url),
    views:
      generator === null ? null : createViews({ finals, gpu: generator, ceilings, deadlineMs, report: log }),
    previewer: createPreviewer({
      finals,
      drafts: createMemoryCache(DRAFT_CACHE_BYTES),
      flights: gpu === null ? null : withBreaker(createDurableFlights(env.FLIGHTS, log), log),
      edge: createEdgeGenerator(engine, pictureTools.finish),
      budgetMs,
      deadlineMs,
      cacheMs,
      report: log,
    }),
  };
}

function misconfigured(detail: string): null {
  log({ event: 'incident', level: 'error', what: 'misconfigured', detail });
  return null;
}
