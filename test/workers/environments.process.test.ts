import { describe, expect, it } from 'vitest';
import type { Unstable_Config } from 'wrangler';
import { dryRun, wranglerConfig } from '../support/wrangler.ts';

/** wrangler lets an environment inherit no binding: each one has to be told again, and may be forgotten. */

/** An environment without what names it, and what it shares with no other one. */
function apart({ name, targetEnvironment, queues, ratelimits, ...rest }: Unstable_Config) {
  return {
    same: {
      ...rest,
      producers: queues.producers?.map(({ queue, ...producer }) => producer),
      consumers: queues.consumers?.map(({ queue, ...consumer }) => consumer),
      ratelimits: ratelimits.map(({ namespace_id, ...limit }) => limit),
    },
    own: [
      name,
      ...new Set([...(queues.producers ?? []), ...(queues.consumers ?? [])].map(({ queue }) => queue)),
      ...ratelimits.map(({ namespace_id }) => namespace_id),
    ],
  };
}

describe('wrangler.toml', () => {
  const top = wranglerConfig();

  it.each(top.definedEnvironments ?? [])('env.%s has every binding of the top level, for itself', (env) => {
    const [above, here] = [apart(top), apart(wranglerConfig(env))];
    expect(here.same).toEqual(above.same);
    const all = [...above.own, ...here.own];
    expect(new Set(all).size, all.join(', ')).toBe(all.length);
  });

  it('staging would be deployed', async () => {
    const printed = await dryRun(['--env', 'staging']);
    for (const { name, class_name } of top.durable_objects.bindings) {
      expect(printed).toContain(`env.${name} (${class_name})`);
    }
  });
});
