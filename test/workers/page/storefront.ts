import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildPage } from '../../../workers/build/page.ts';
import type { WorkerUnderTest } from '../../support/worker.ts';

export interface Storefront {
  readonly url: string;
  /** Addresses of the API asked for so far. */
  readonly asked: readonly string[];
  /** Keeps every final picture waiting until the returned function is called. */
  holdFinals(): () => void;
  stop(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A built page before a Worker: `/v1/` goes to the Worker, the rest is the page with the headers it asks for. */
export async function startStorefront(worker: WorkerUnderTest): Promise<Storefront> {
  const dir = await mkdtemp(join(tmpdir(), 'restgan-page-'));
  await buildPage(pathToFileURL(`${dir}/`));
  const headers = headersOf(await readFile(join(dir, '_headers'), 'utf8'));
  const asked: string[] = [];
  let gate: Promise<void> = Promise.resolve();

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://page.example');
    if (url.pathname.startsWith('/v1/')) {
      const path = url.pathname + url.search;
      asked.push(path);
      if (url.searchParams.get('stage') === 'final') await gate;
      const accept = request.headers.accept ?? '*/*';
      const destination = String(request.headers['sec-fetch-dest'] ?? 'empty');
      const got = await worker.fetch(path, { headers: { Accept: accept, 'Sec-Fetch-Dest': destination } });
      response.writeHead(got.status, Object.fromEntries(got.headers));
      response.end(Buffer.from(await got.arrayBuffer()));
      return;
    }
    const file = url.pathname === '/' ? 'index.html' : url.pathname.slice(1);
    const bytes = await readFile(join(dir, file)).catch(() => null);
    response.writeHead(bytes === null ? 404 : 200, {
      ...headers,
      'Content-Type': TYPES[extname(file)] ?? 'text/plain',
    });
    response.end(bytes);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    holdFinals() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The headers for every path (Workers static assets, `_headers`). */
const headersOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/^ +([\w-]+): (.+)$/gm)].map(([, name, value]) => [name ?? '', value ?? '']),
  );
