import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { Logger } from 'pino';
import { err, ok, type Result } from '../../shared/contract/result.ts';
import type { ServiceConfig } from './config.ts';
import { startEngine } from './engine.ts';
import { open } from './http-server.ts';
import { createMetrics, metricsServer } from './metrics.ts';
import { createPictureMaker, type PictureMaker } from './pictures.ts';
import { createPredictions } from './predictions.ts';
import { type Backend, createRoutes, type Phase } from './routes.ts';

/** A batch that takes longer will not end: the largest takes a second or two. */
const HANG_MS = 60_000;
/** Longer than callers and balancers keep idle connections, so that none is closed under a request. */
const KEEP_ALIVE_MS = 75_000;

export interface Service {
  /** Resolves with the reason when the engine dies by itself; only a restart helps. */
  readonly broken: Promise<string>;
  /**
   * Refuses new work, finishes what was accepted within the drain time, then closes everything.
   * @returns predictions that were not finished in time
   */
  stop(): Promise<number>;
}

/**
 * Starts the service: listens at once (alive, not ready), then loads and warms the model.
 * @returns the service when it is ready, or why it cannot be
 */
export async function startService(config: ServiceConfig, log: Logger): Promise<Result<Service, string>> {
  let phase: Phase = 'starting';
  let backend: Backend | null = null;
  let maker: PictureMaker | null = null;

  const metrics = createMetrics({
    queued: () => maker?.depth ?? 0,
    unfinished: () => backend?.predictions.unfinished ?? 0,
  });
  const routes = createRoutes({
    token: config.token,
    phase: () => (phase === 'ready' && (maker?.runningMs() ?? 0) > HANG_MS ? 'broken' : phase),
    backend: () => backend,
    log,
    onCreation: metrics.creation,
  });
  const server = createAdaptorServer({
    fetch: routes.fetch,
    serverOptions: { keepAliveTimeout: KEEP_ALIVE_MS },
  }) as Server;
  const meter = config.metricsPort === null ? null : metricsServer(metrics.registry);
  const opening = [await open(server, config.host, config.port)];
  if (meter !== null) opening.push(await open(meter, config.host, config.metricsPort ?? 0));
  const servers = opening.flatMap((opened) => (opened.ok ? [opened.value] : []));
  const closeServers = async (): Promise<void> => {
    await Promise.all(servers.map((opened) => opened.close()));
  };
  const fault = opening.find((opened) => !opened.ok);
  if (fault !== undefined) {
    await closeServers();
    return fault;
  }
  const [url, metricsUrl] = servers.map((opened) => opened.url);
  log.info({ url, metricsUrl }, 'listening');

  const opened = await startEngine(config.engine, config.maxBatch);
  if (!opened.ok) {
    await closeServers();
    return err(opened.error);
  }
  const engine = opened.value;
  const { modelVersion, provider } = engine;
  maker = createPictureMaker(engine, { maxDelayMs: config.maxDelayMs, onBatch: metrics.batch });
  const predictions = createPredictions({
    maker,
    maxUnfinished: config.maxQueue,
    onFinish: (prediction) => {
      metrics.finish(prediction);
      const { id, status, input, timing, error } = prediction;
      const { size, format } = input;
      log.info({ prediction: id, status, size, format, ...rounded(timing ?? {}), error }, 'prediction');
    },
  });
  backend = { modelVersion, predictions, maxUnfinished: config.maxQueue };
  metrics.model(modelVersion, provider);
  phase = 'ready';
  const broken = engine.died.then((reason) => {
    phase = 'broken';
    return reason;
  });
  const { note, batchSizes } = engine;
  log.info({ url, metricsUrl, model: modelVersion, provider, note, batchSizes }, 'ready');

  return ok({
    broken,
    async stop() {
      phase = 'stopping';
      let timer: NodeJS.Timeout | undefined;
      const over = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, config.drainMs);
      });
      await Promise.race([predictions.idle(), over]);
      clearTimeout(timer);
      const lost = predictions.unfinished;
      await closeServers();
      await engine.close();
      return lost;
    },
  });
}

const rounded = (timing: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(timing).map(([name, value]) => [name, Math.round(value * 10) / 10]));
