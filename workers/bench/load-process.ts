/** Load from a process of its own: see load.ts, whose options are the one argument. Writes autocannon's result as JSON. */
import autocannon from 'autocannon';
import { z } from 'zod';
import { SEED_MARK } from './load.ts';

const options = z.object({ url: z.url(), seeds: z.int(), connections: z.int(), seconds: z.number() });
const { url, seeds, connections, seconds } = options.parse(JSON.parse(process.argv[2] ?? ''));

const { pathname, search } = new URL(url);
const address = pathname + search;
let asked = 0;
const result = await autocannon({
  url,
  connections,
  duration: seconds,
  requests: [
    {
      setupRequest(request) {
        asked += 1;
        return { ...request, path: address.replace(SEED_MARK, String(asked % seeds)) };
      },
    },
  ],
});
console.log(JSON.stringify(result));
