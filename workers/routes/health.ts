import { ANSWER_CACHE } from '../../shared/contract/headers.ts';
import { UNREACHABLE } from '../health/gpu-probe.ts';
import type { AppContext } from '../http/env.ts';
import { MODEL_VERSION } from '../model.ts';

/**
 * How the deployment is: `ok`, `drafts` without a configured GPU service, `degraded` when it cannot draw finals at
 * the moment. The Worker is live whenever this answers; it is ready, since drafts need nothing but itself.
 */
export async function health(c: AppContext): Promise<Response> {
  const { engine, gpuProbe, config } = c.get('services');
  const probed = gpuProbe === null ? null : await gpuProbe();
  const agrees = probed === null || probed.models === null || probed.models.includes(MODEL_VERSION);
  const finals = probed?.reachable === true && probed.ready !== false && agrees;
  const { open, secretKeys, publishableKeys, signingKeys } = config.access;
  c.header('Cache-Control', ANSWER_CACHE.moment);
  return c.json({
    status: probed === null ? 'drafts' : finals ? 'ok' : 'degraded',
    live: true,
    ready: true,
    finals,
    environment: config.environment,
    access: {
      open,
      secretKeys: secretKeys.length,
      publishableKeys: publishableKeys.length,
      signingKeys: signingKeys.length,
    },
    model: MODEL_VERSION,
    edge: { engine: engine.name, warm: engine.ready() },
    gpu: { configured: probed !== null, ...(probed ?? UNREACHABLE) },
  });
}
