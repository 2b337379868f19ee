import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { residentMb } from '../../../workers/bench/memory.ts';
import { anyCreation } from '../../support/any-creation.ts';
import { checkHead, expectFlat, FUZZ_MS, fuzz, REQUESTS } from '../../support/fuzzing.ts';
import { type RunningService, startServiceProcess, TOKEN } from './process.ts';

/**
 * Whatever is sent, the service answers with a picture or a problem, never with a fault of its own, and keeps nothing
 * of it. `npm run fuzz 100000` asks as often; `npm test` a little.
 */

let service: RunningService;
beforeAll(async () => {
  service = await startServiceProcess();
});
afterAll(async () => {
  service?.process.kill('SIGTERM');
  expect(await service?.exit).toBe(0);
});

describe('any creation', () => {
  it(
    `is answered by the GPU service, ${REQUESTS} of them`,
    async () => {
      const samples = await fuzz({
        url: service.url,
        any: anyCreation(TOKEN),
        check(answer) {
          if (answer.status >= 500) throw new Error(String(answer.status));
          checkHead(answer);
        },
        memory: () => residentMb(service.process.pid ?? 0),
      });
      expectFlat(samples);
      expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    },
    FUZZ_MS,
  );
});
