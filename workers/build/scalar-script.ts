import plugin from '@scalar/fastify-api-reference';

const SCRIPT = '/reference/js/scalar.js';

interface Route {
  readonly url: string;
  handler(request: unknown, reply: unknown): unknown;
}

/**
 * The script of Scalar's page as one file. It is published alone in no package: `@scalar/api-reference` has it beside
 * three hundred dependencies, the Fastify plugin has it inside and serves it. Here the plugin registers its routes with
 * something that only takes note of them.
 */
export async function scalarScript(): Promise<string> {
  const routes: Route[] = [];
  const fastify = { route: (route: Route) => routes.push(route), hasPlugin: () => false };
  const register = plugin as unknown as (instance: typeof fastify, options: object, done: () => void) => void;
  await new Promise<void>((resolve) => register(fastify, { configuration: { url: '/' } }, resolve));
  let script: unknown;
  const reply = {
    header: () => reply,
    send(body: unknown) {
      script = body;
    },
  };
  await routes.find(({ url }) => url === SCRIPT)?.handler({}, reply);
  if (typeof script !== 'string')
    throw new Error('@scalar/fastify-api-reference serves its script no longer');
  return script;
}
