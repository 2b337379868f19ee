import { connect, type Socket } from 'node:net';
import type { AnyRequest } from './any-request.ts';

export interface RawAnswer {
  readonly status: number;
  /** Status line and headers, as the bytes came, one character each. */
  readonly head: string;
}

export interface RawClient {
  ask(request: AnyRequest): Promise<RawAnswer>;
  close(): void;
}

/**
 * HTTP/1.1 over one connection after another, written by hand: a client library would refuse to send half of what a
 * fuzzer has to say. Answers are read to their end.
 */
export function rawClient(url: string, timeoutMs: number): RawClient {
  const { hostname, port } = new URL(url);
  let socket: Socket | null = null;

  function open(): Socket {
    const opened = connect(Number(port), hostname);
    opened.setNoDelay(true);
    opened.on('error', () => undefined);
    opened.once('close', () => {
      if (socket === opened) socket = null;
    });
    return opened;
  }

  async function ask(request: AnyRequest): Promise<RawAnswer> {
    const { method, address, headers } = request;
    const reused = socket !== null;
    const used = socket ?? open();
    socket = used;
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const body = Buffer.from(request.body ?? (method === 'POST' || method === 'PUT' ? '{"q":1}' : ''));
    const length = body.length === 0 ? '' : `Content-Length: ${body.length}\r\n`;
    const head = `${method} ${address} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n${lines.join('')}${length}\r\n`;
    return new Promise((resolve, reject) => {
      let received = Buffer.alloc(0);
      const timer = setTimeout(() => end(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
      const end = (result: Error | RawAnswer): void => {
        clearTimeout(timer);
        used.off('data', read).off('close', closed);
        if (result instanceof Error || /^connection: close/im.test(result.head)) used.destroy();
        if (used.destroyed && socket === used) socket = null;
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      const read = (chunk: Buffer): void => {
        received = Buffer.concat([received, chunk]);
        const answer = parse(received, method);
        if (answer !== null) end(answer);
      };
      const closed = (): void => {
        // The server had closed the idle connection before the request reached it: any client asks again.
        if (!reused || received.length > 0) {
          end(new Error(`closed after ${received.length} bytes`));
          return;
        }
        clearTimeout(timer);
        if (socket === used) socket = null;
        ask(request).then(resolve, reject);
      };
      used.on('data', read).once('close', closed);
      used.write(Buffer.concat([Buffer.from(head, 'latin1'), body]));
    });
  }

  return {
    ask,
    close: () => socket?.destroy(),
  };
}

/** The answer, when all of it is there. */
function parse(bytes: Buffer, method: string): RawAnswer | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = bytes.subarray(0, end).toString('latin1');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  const body = bytes.subarray(end + 4);
  if (method === 'HEAD' || status === 204 || status === 304) return { status, head };
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  const whole =
    length !== undefined
      ? body.length >= Number(length)
      : body.subarray(-5).toString('latin1') === '0\r\n\r\n';
  return whole ? { status, head } : null;
}
