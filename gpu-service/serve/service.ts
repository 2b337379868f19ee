import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { Logger } from 'pino';
import { err, ok, type Result } from '../../shared/contract/result.ts';
import type { ServiceConfig } from './config.ts';
import { type Engine, startEngine } from './engine.ts';
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
  const makers = new Map<string, PictureMaker>();
  const sumOf = (count: (maker: PictureMaker) => number): number =>
    [...makers.values()].reduce((sum, maker) => sum + count(maker), 0);
  const busiestMs = (): number => Math.max(0, ...[...makers.values()].map((maker) => maker.runningMs()));

  const metrics = createMetrics({
    queued: () => sumOf((maker) => maker.depth),
    unfinished: () => backend?.predictions.unfinished ?? 0,
  });
  const routes = createRoutes({
    token: config.token,
    phase: () => (phase === 'ready' && busiestMs() > HANG_MS ? 'broken' : phase),
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

  const opened = await startEngines(config);
  if (!opened.ok) {
    await closeServers();
    return err(opened.error);
  }
  const engines = opened.value;
  for (const engine of engines) {
    const maker = createPictureMaker(engine, { maxDelayMs: config.maxDelayMs, onBatch: metrics.batch });
    makers.set(engine.modelVersion, maker);
    metrics.model(engine.modelVersion, engine.provider);
  }
  const predictions = createPredictions({
    makers,
    maxUnfinished: config.maxQueue,
    onFinish: (prediction) => {
      metrics.finish(prediction);
      const { id, status, input, model, timing, error } = prediction;
      const { size, format } = input;
      log.info(
        { prediction: id, status, model, size, format, ...rounded({ ...timing }), error },
        'prediction',
      );
    },
  });
  backend = { models: [...makers.keys()], predictions, maxUnfinished: config.maxQueue };
  phase = 'ready';
  const broken = Promise.race(engines.map(({ died }) => died)).then((reason) => {
    phase = 'broken';
    return reason;
  });
  for (const { modelVersion: model, provider, note, batchSizes } of engines) {
    log.info({ url, metricsUrl, model, provider, note, batchSizes }, 'ready');
  }

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
      await Promise.all(engines.map((engine) => engine.close()));
      return lost;
    },
  });
}

/** The engine of every version to be served; the first is the one of who names none. */
async function startEngines(config: ServiceConfig): Promise<Result<readonly Engine[], string>> {
  const engines: Engine[] = [];
  const giveUp = async (reason: string): Promise<Result<never, string>> => {
    await Promise.all(engines.map((engine) => engine.close()));
    return err(reason);
  };
  for (const modelDir of [config.engine.modelDir, config.otherModelDir]) {
    if (modelDir === null) continue;
    const opened = await startEngine({ ...config.engine, modelDir }, config.maxBatch);
    if (!opened.ok) return giveUp(opened.error);
    if (engines.some(({ modelVersion }) => modelVersion === opened.value.modelVersion)) {
      await opened.value.close();
      return giveUp(`MODEL_DIR and OTHER_MODEL_DIR both hold version ${opened.value.modelVersion}`);
    }
    engines.push(opened.value);
  }
  return ok(engines);
}

const rounded = (timing: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(timing).map(([name, value]) => [name, Math.round(value * 10) / 10]));
