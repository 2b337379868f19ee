import { describe, expect, it } from 'vitest';
import { readConfig } from '../../workers/config.ts';

const gpu = { GPU_URL: 'https://gpu.example', GPU_TOKEN: 'secret' };
const errorOf = (env: object): string => {
  const config = readConfig(env);
  return config.ok ? '' : config.error;
};

describe('the configuration', () => {
  it('needs nothing: production, drafts only', () => {
    expect(readConfig({})).toEqual({
      ok: true,
      value: {
        environment: 'production',
        edgeEngine: 'auto',
        gpu: null,
        budgetMs: 1_500,
        deadlineMs: 20_000,
        flightMs: 60_000,
        cacheMs: 500,
        access: {
          open: false,
          secretKeys: [],
          publishableKeys: [],
          signingKeys: [],
          corsOrigins: [],
          pageFinalsPerDay: 2_000,
        },
      },
    });
  });

  it('takes bindings that are no text, and empty variables, for absent', () => {
    expect(readConfig({ PREVIEWS: {}, GPU_URL: '', GPU_TOKEN: '' })).toMatchObject({ value: { gpu: null } });
  });

  it.each([
    [{}, { kind: 'container' }],
    [{ GPU_MODEL: 'shop/restgan' }, { kind: 'model', owner: 'shop', name: 'restgan' }],
    [{ GPU_MODEL: `shop/restgan:${'a'.repeat(64)}` }, { kind: 'version', version: 'a'.repeat(64) }],
    [{ GPU_DEPLOYMENT: 'shop/eu' }, { kind: 'deployment', owner: 'shop', name: 'eu' }],
  ])('reads what runs the model from %o', (vars, target) => {
    expect(readConfig({ ...gpu, ...vars })).toMatchObject({ value: { gpu: { target } } });
  });

  it('names every fault at once, and no secret', () => {
    const error = errorOf({
      ENVIRONMENT: 'staging',
      EDGE_ENGINE: 'fast',
      GPU_URL: 'ftp://gpu',
      GPU_TOKEN: 'dev secret',
      GPU_MODEL: 'restgan',
      GPU_OUTPUT_HOSTS: 'a.example,*',
      GPU_BUDGET_MS: '1s',
    });
    const names = error.split('\n').map((line) => line.split(/[ .]/)[0]);
    expect(names).toEqual([
      'ENVIRONMENT',
      'EDGE_ENGINE',
      'GPU_URL',
      'GPU_TOKEN',
      'GPU_MODEL',
      'GPU_OUTPUT_HOSTS',
      'GPU_BUDGET_MS',
    ]);
    expect(error).not.toContain('dev secret');
  });

  it.each<[object, RegExp]>([
    [{ GPU_URL: gpu.GPU_URL }, /GPU_TOKEN is missing/],
    [{ ...gpu, GPU_TOKEN: 'dev-1234' }, /production refuses/],
    [{ ...gpu, GPU_MODEL: 'a/b', GPU_DEPLOYMENT: 'a/b' }, /exclude each other/],
    [{ GPU_BUDGET_MS: '3000', GPU_DEADLINE_MS: '2000' }, /must not exceed/],
    [{ GPU_DEADLINE_MS: '20000', GPU_FLIGHT_MS: '10000' }, /must not exceed GPU_FLIGHT_MS/],
    [{ GPU_DEADLINE_MS: '26000' }, /GPU_DEADLINE_MS/],
    [{ ACCESS: 'open' }, /ACCESS may be open in development alone/],
    [{ SECRET_KEYS: `rsk_${'A'.repeat(43)}` }, /SECRET_KEYS/],
    [{ SECRET_KEYS: `a:${'0'.repeat(64)},a:${'1'.repeat(64)}` }, /names one key twice/],
    [{ SIGNING_KEYS: 'k1:short' }, /less than 32 characters/],
    [{ SIGNING_KEYS: ['a', 'b', 'c'].map((id) => `${id}:${id.repeat(40)}`).join() }, /more than 2 keys/],
    [{ PUBLISHABLE_KEYS: '{' }, /must be JSON/],
    [{ PUBLISHABLE_KEYS: '[{"key":"rpk_x","origins":["https://a.example"]}]' }, /must look like rpk_/],
    [{ CORS_ORIGINS: 'https://a.example/' }, /must be origins/],
    [{ CORS_ORIGINS: '*' }, /must be origins/],
  ])('refuses %o', (env, message) => {
    expect(errorOf(env)).toMatch(message);
  });

  it('takes development secrets in development', () => {
    expect(readConfig({ ...gpu, GPU_TOKEN: 'dev-1', ENVIRONMENT: 'development' }).ok).toBe(true);
  });
});
