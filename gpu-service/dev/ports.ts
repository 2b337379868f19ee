import { createServer } from 'node:net';

/** Ports tried after the wanted one. */
const ATTEMPTS = 100;

/**
 * The first free TCP port from `wanted` upwards that is not in `taken`; 0 asks the system for any free one.
 * Free means that neither loopback nor the wildcard address is bound: macOS lets the one be bound beside the other.
 * Throws when `ATTEMPTS` ports in a row are busy.
 */
export async function freePort(wanted: number, taken: ReadonlySet<number> = new Set()): Promise<number> {
  if (wanted === 0) return (await bind(0, '127.0.0.1')) ?? freePort(1024, taken);
  const last = Math.min(wanted + ATTEMPTS - 1, 65_535);
  for (let port = wanted; port <= last; port += 1) {
    if (taken.has(port)) continue;
    if ((await bind(port, '127.0.0.1')) !== null && (await bind(port, undefined)) !== null) return port;
  }
  throw new Error(`No free port between ${wanted} and ${last}`);
}

/** Binds and lets go again; the bound port, or null when it is not to be had. */
function bind(port: number, host: string | undefined): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null));
    });
  });
}
