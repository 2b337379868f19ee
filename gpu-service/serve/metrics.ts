import { createServer, type Server } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Graph } from './model-dir.ts';
import type { Prediction } from './predictions.ts';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What the service counts. Every process has its own registry, so that tests can start several. */
export interface Metrics {
  readonly registry: Registry;
  creation(outcome: string): void;
  batch(graph: Graph, rows: number, runMs: number): void;
  finish(prediction: Prediction): void;
  model(version: string, provider: string): void;
}

/** @param gauges read whenever metrics are */
export function createMetrics(gauges: { queued: () => number; unfinished: () => number }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const creations = new Counter({
    name: 'restgan_creations_total',
    help: 'Creations asked for, by outcome: created, repeated, or the error code of the refusal',
    labelNames: ['outcome'],
    registers,
  });
  const predictions = new Counter({
    name: 'restgan_predictions_total',
    help: 'Predictions finished, by status, size and format',
    labelNames: ['status', 'size', 'format'],
    registers,
  });
  const batchRows = new Histogram({
    name: 'restgan_batch_rows',
    help: 'Pictures in a batch, by graph',
    labelNames: ['graph'],
    buckets: [1, 2, 4, 8, 16, 32, 64],
    registers,
  });
  const seconds = (name: string, help: string, labelNames: string[] = []) =>
    new Histogram({ name, help, labelNames, buckets: SECONDS, registers });
  const inference = seconds('restgan_inference_seconds', 'Time of one batch on the engine, by graph', [
    'graph',
  ]);
  const queue = seconds('restgan_queue_seconds', 'Time a picture waited for its batch');
  const encoding = seconds(
    'restgan_encode_seconds',
    'Time to encode a picture, waiting for a thread included',
  );
  const model = new Gauge({
    name: 'restgan_model_info',
    help: '1, with the version of the model and what executes it',
    labelNames: ['version', 'provider'],
    registers,
  });
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  gauge('restgan_queue_depth', 'Pictures that wait for the engine', gauges.queued);
  gauge('restgan_unfinished', 'Predictions accepted and not finished', gauges.unfinished);

  return {
    registry,
    creation: (outcome) => creations.inc({ outcome }),
    batch(graph, rows, runMs) {
      batchRows.observe({ graph }, rows);
      inference.observe({ graph }, runMs / 1_000);
    },
    finish({ status, input, timing }) {
      predictions.inc({ status, size: String(input.size), format: input.format });
      if (timing === null) return;
      queue.observe(timing.queuedMs / 1_000);
      encoding.observe(timing.encodeMs / 1_000);
    },
    model: (version, provider) => model.set({ version, provider }, 1),
  };
}

/** Serves `/metrics` alone, on a port of its own that need not be reachable where predictions are. */
export function metricsServer(registry: Registry): Server {
  return createServer(async (request, response) => {
    if (request.url !== '/metrics' || request.method !== 'GET') {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': registry.contentType }).end(await registry.metrics());
  });
}
