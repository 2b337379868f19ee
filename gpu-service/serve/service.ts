import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Logger } from 'pino';
import { err, ok, type Result } from '../../shared/contract/result.ts';
import type { ServiceConfig } from './config.ts';
import { type Engine, startEngine } from './engine.ts';
import { createMetrics, metricsServer } from './metrics.ts';
import { createPictureMaker, type PictureMaker } from './pictures.ts';
import { createPredictions } from './predictions.ts';
import { type Backend, createRoutes, type Phase } from './routes.ts';

/** A batch that takes longer will not end: the largest takes a second or two. */
const HANG_MS = 60_000;
/** Longer than callers and balancers keep idle connections, so that none is closed under a request. */
const KEEP_ALIVE_MS = 75_000;

export interface Service {
  readonly url: string;
  readonly metricsUrl: string | null;
  readonly provider: string;
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
  const servers = [server, ...(meter === null ? [] : [meter])];
  const closeServers = async (): Promise<void> => {
    await Promise.all(servers.map(close));
  };

  const url = await listen(server, config.host, config.port);
  const metricsUrl = meter === null ? null : await listen(meter, config.host, config.metricsPort ?? 0);
  const fault = [url, metricsUrl].find((result) => result?.ok === false);
  if (!url.ok || fault?.ok === false) {
    await closeServers();
    return err(fault?.ok === false ? fault.error : 'cannot listen');
  }
  log.info({ url: url.value }, 'listening, loading the model');

  const opened = await startEngine(config.engine, config.maxBatch);
  if (!opened.ok) {
    await closeServers();
    return err(opened.error);
  }
  const engine: Engine = opened.value;
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
  log.info({ url: url.value, model: modelVersion, provider, note, batchSizes }, 'ready');

  return ok({
    url: url.value,
    metricsUrl: metricsUrl?.ok ? metricsUrl.value : null,
    provider,
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

async function listen(server: Server, host: string, port: number): Promise<Result<string, string>> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(
        err(
          error.code === 'EADDRINUSE'
            ? `port ${port} of ${host} is in use; set PORT (or METRICS_PORT) to another`
            : `cannot listen on ${host}:${port}: ${error.message}`,
        ),
      ),
    );
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
      resolve(ok(`http://${shown}:${address.port}`));
    });
  });
}

/** Answers in progress are written to their end; kept-alive connections are closed. */
async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const cut = setTimeout(() => server.closeAllConnections(), 2_000);
  await closed;
  clearTimeout(cut);
}
