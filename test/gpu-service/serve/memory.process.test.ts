import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { patience } from '../../support/patience.ts';
import { startServiceProcess, TOKEN } from './process.ts';

/** As many finished predictions as the service keeps, and some. */
const FILL = 600;
const MORE = 400;
const AT_ONCE = 16;
/** Of the heap, per picture; its data URI alone is longer. */
const MAX_BYTES = 1_000;

/** Collects garbage all the time, so that the heap's size is what is held. */
const COLLECTING = `import v8 from 'node:v8'; import vm from 'node:vm';
v8.setFlagsFromString('--expose-gc'); setInterval(vm.runInNewContext('gc'), 100).unref();`;

it(
  'holds no more after more pictures than it keeps',
  async () => {
    const service = await startServiceProcess({
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(COLLECTING)}`,
    });
    let seed = 0;
    const draw = async (until: number): Promise<void> => {
      while (seed < until) {
        seed += 1;
        const input = { tokens: [4, 9, 1], lab: [30, 10, 5], seed, size: 64, format: 'png' };
        const answer = await fetch(`${service.url}/predictions`, {
          method: 'POST',
          headers: { Authorization: `Bearer ${TOKEN}` },
          body: JSON.stringify({ input }),
        });
        expect((await answer.json()).status).toBe('succeeded');
      }
    };
    /** The least of several readings, bytes. */
    const held = async (): Promise<number> => {
      const readings: number[] = [];
      for (let reading = 0; reading < 8; reading += 1) {
        await delay(150);
        const metrics = await (await fetch(`${service.metricsUrl}/metrics`)).text();
        readings.push(Number(/^nodejs_heap_size_used_bytes (\S+)$/m.exec(metrics)?.[1]));
      }
      return Math.min(...readings);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, () => draw(FILL)));
    const before = await held();
    await Promise.all(Array.from({ length: AT_ONCE }, () => draw(FILL + MORE)));
    expect(((await held()) - before) / MORE).toBeLessThan(MAX_BYTES);
    service.process.kill('SIGTERM');
    expect(await service.exit).toBe(0);
  },
  patience(60_000),
);
