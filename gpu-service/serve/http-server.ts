import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { err, ok, type Result } from '../../shared/contract/result.ts';

/** For answers that a slow caller does not take, when the server closes. */
const FLUSH_MS = 2_000;
const POLL_MS = 5;

/** An HTTP server that is opened and closed once. */
export interface Opened {
  readonly url: string;
  /** Takes no new connection, writes answers in progress to their end, and closes. */
  close(): Promise<void>;
}

/** @returns the open server, or why it cannot listen, in a sentence for the operator */
export async function open(server: Server, host: string, port: number): Promise<Result<Opened, string>> {
  // `server.close()` cuts connections whose answer was given to Node but not yet to the system: those are
  // waited for here.
  const unwritten = new Set<ServerResponse>();
  server.on('request', (_, response) => {
    unwritten.add(response);
    response.once('close', () => unwritten.delete(response));
  });

  async function close(): Promise<void> {
    for (const end = Date.now() + FLUSH_MS; unwritten.size > 0 && Date.now() < end; ) await delay(POLL_MS);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(
        err(
          error.code === 'EADDRINUSE'
            ? `port ${port} of ${host} is in use; set PORT (or METRICS_PORT) to another`
            : `cannot listen on ${host}:${port}: ${error.message}`,
        ),
      ),
    );
    server.listen(port, host, () => {
      const { address, family, port: bound } = server.address() as AddressInfo;
      resolve(ok({ url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`, close }));
    });
  });
}
