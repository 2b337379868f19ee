import { Agent, get, type IncomingHttpHeaders } from 'node:http';

export interface CrowdAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** As many connections as workerd takes at once on a slow machine; the rest of a crowd waits in their queue. */
const CONNECTIONS = 125;

/** Asks for all addresses at once, from outside the process that serves them. */
export async function crowd(addresses: readonly string[]): Promise<CrowdAnswer[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const ask = (address: string): Promise<CrowdAnswer> =>
    new Promise((resolve, reject) => {
      const asking = get(address, { agent }, (answer) => {
        answer.resume();
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers }));
        answer.once('error', reject);
      });
      asking.once('error', (error: NodeJS.ErrnoException) => {
        // The server had closed the idle connection before the request reached it: any client asks again.
        if (asking.reusedSocket && error.code === 'ECONNRESET') ask(address).then(resolve, reject);
        else reject(error);
      });
    });
  try {
    return await Promise.all(addresses.map(ask));
  } finally {
    agent.destroy();
  }
}
