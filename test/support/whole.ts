import { afterAll, beforeAll } from 'vitest';
import { type RunningService, startServiceProcess, TOKEN } from '../gpu-service/serve/process.ts';
import { startWorker, type WorkerUnderTest } from './worker.ts';

/** A GPU service and the Worker before it, which waits for finals for as long as they take. */
export interface Whole {
  readonly service: RunningService;
  readonly worker: WorkerUnderTest;
}

/** Starts both for the tests of a file; they are there from its `beforeAll` on. */
export function setWhole(): Whole {
  let running: Whole | undefined;
  const whole = (): Whole => {
    if (running === undefined) throw new Error('not before beforeAll');
    return running;
  };
  beforeAll(async () => {
    const service = await startServiceProcess();
    const vars = { GPU_URL: service.url, GPU_TOKEN: TOKEN, GPU_BUDGET_MS: '20000' };
    running = { service, worker: await startWorker(vars) };
  });
  afterAll(async () => {
    await running?.worker.stop();
    running?.service.process.kill('SIGKILL');
  });
  return {
    get service() {
      return whole().service;
    },
    get worker() {
      return whole().worker;
    },
  };
}
