import { describe, expect, it } from 'vitest';
import { readConfig, readEngineConfig } from '../../../gpu-service/serve/config.ts';

const TOKEN = 'a-token-of-enough-length';

describe('readConfig', () => {
  it('needs a token and nothing else; listens on loopback, beside wrangler', () => {
    const config = readConfig({ TOKEN });
    expect(config).toMatchObject({
      ok: true,
      value: {
        host: '127.0.0.1',
        port: 9100,
        metricsPort: null,
        token: TOKEN,
        maxBatch: null,
        maxDelayMs: 0,
      },
    });
  });

  it('names every fault at once', () => {
    const config = readConfig({ PORT: '70000', EXECUTION_PROVIDERS: 'tpu', MAX_QUEUE: 'many' });
    const error = config.ok ? '' : config.error;
    for (const name of ['PORT', 'EXECUTION_PROVIDERS', 'MAX_QUEUE', 'TOKEN']) expect(error).toContain(name);
  });

  it.each(['short', 'with a space in the middle', 'ümlaut-in-the-token-here'])(
    'refuses the token %j',
    (token) => {
      expect(readConfig({ TOKEN: token }).ok).toBe(false);
    },
  );

  it('takes empty variables for absent ones', () => {
    expect(readConfig({ TOKEN, PORT: '', METRICS_PORT: '' }).ok).toBe(true);
  });

  it('reads the engine alone without a token', () => {
    expect(readEngineConfig({ THREADS: '2' })).toMatchObject({
      ok: true,
      value: { threads: 2, providers: 'auto' },
    });
    expect(readEngineConfig({ THREADS: '0' }).ok).toBe(false);
  });
});
