import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What happens to the answers that pass. */
export type Chaos =
  | { readonly kind: 'none' }
  | { readonly kind: 'latency'; readonly ms: number }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  /** Cuts the connection with a TCP reset before an answer. */
  | { readonly kind: 'reset' }
  /** Ends the connection in the middle of the body. */
  | { readonly kind: 'truncation' }
  /** Sends the answer in slices of so many bytes. */
  | { readonly kind: 'slicing'; readonly bytes: number }
  | { readonly kind: 'status'; readonly status: number }
  /** Random bytes as JSON. */
  | { readonly kind: 'garbage' }
  /** Bytes that are no HTTP. */
  | { readonly kind: 'no-http' }
  /** A page instead of JSON. */
  | { readonly kind: 'html' }
  /** A body without an end. */
  | { readonly kind: 'oversized' };

export interface ChaosProxy {
  readonly url: string;
  chaos: Chaos;
  /** Where it leads; another one after the service has moved. */
  target: string;
  /** Creations that have passed. */
  readonly creations: number;
  close(): void;
}

/** A proxy on loopback, between the Worker and the GPU service. */
export async function startChaosProxy(target: string): Promise<ChaosProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((incoming, outgoing) => {
    if (incoming.method === 'POST') proxy.creations += 1;
    void pass(proxy.chaos, proxy.target, incoming, outgoing);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    chaos: { kind: 'none' } as Chaos,
    target,
    creations: 0,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
  return proxy;
}

async function pass(
  chaos: Chaos,
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const socket = incoming.socket;
  switch (chaos.kind) {
    case 'hang':
      return;
    case 'reset':
      socket.resetAndDestroy();
      return;
    case 'no-http':
      socket.end(Buffer.from('\u0000\u0001 this is no HTTP \r\n\r\n'));
      return;
    case 'status':
      outgoing.writeHead(chaos.status, { 'Content-Type': 'application/json' }).end('{"detail":"told to"}');
      return;
    case 'garbage':
      outgoing.writeHead(201, { 'Content-Type': 'application/json' });
      outgoing.end(Buffer.from(Array.from({ length: 4_000 }, (_, at) => (at * 7_919) & 255)));
      return;
    case 'html':
      outgoing.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><h1>Sign in</h1>');
      return;
    case 'oversized': {
      outgoing.writeHead(201, { 'Content-Type': 'application/json' });
      const more = (): void => {
        while (!outgoing.destroyed && outgoing.write('x'.repeat(65_536)));
        if (!outgoing.destroyed) outgoing.once('drain', more);
      };
      more();
      return;
    }
    case 'latency':
      await delay(chaos.ms);
  }
  const { method = 'GET', url = '/', headers } = incoming;
  const upstream = forward(new URL(url, target), { method, headers }, async (answer) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of answer) chunks.push(chunk);
    } catch {
      socket.resetAndDestroy();
      return;
    }
    const body = Buffer.concat(chunks);
    outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, 'content-length': body.length });
    if (chaos.kind === 'truncation') {
      outgoing.write(body.subarray(0, body.length / 2), () => socket.destroy());
    } else if (chaos.kind === 'slicing') {
      for (let at = 0; at < body.length; at += chaos.bytes) {
        outgoing.write(body.subarray(at, at + chaos.bytes));
        await delay(0);
      }
      outgoing.end();
    } else outgoing.end(body);
  });
  upstream.once('error', () => socket.resetAndDestroy());
  incoming.pipe(upstream);
}
