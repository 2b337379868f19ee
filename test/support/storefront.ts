import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildPage } from '../../workers/build/page.ts';
import type { WorkerUnderTest } from './worker.ts';

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
  const headersOf = readHeaders(await readFile(join(dir, '_headers'), 'utf8'));
  const asked: string[] = [];
  let gate: Promise<void> = Promise.resolve();

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://page.example');
    if (url.pathname.startsWith('/v1/')) {
      const path = url.pathname + url.search;
      asked.push(path);
      if (url.searchParams.get('stage') === 'final') await gate;
      const got = await worker.fetch(path, {
        method: request.method ?? 'GET',
        headers: forwarded(request.headers),
      });
      response.writeHead(got.status, Object.fromEntries(got.headers));
      response.end(Buffer.from(await got.arrayBuffer()));
      return;
    }
    const file = url.pathname === '/' ? 'index.html' : url.pathname.slice(1);
    const bytes = await readFile(join(dir, file)).catch(() => null);
    response.writeHead(bytes === null ? 404 : 200, {
      ...headersOf(url.pathname),
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

/** What the browser says of itself and of where it comes from. */
const forwarded = (headers: IncomingMessage['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      /^(accept|origin|referer|sec-fetch-.*|access-control-.*|if-none-match)$/.test(name)
        ? [[name, String(value)]]
        : [],
    ),
  );

/** Reads Workers static assets' `_headers`: a path, perhaps ending in `*`, and under it its headers, indented. */
function readHeaders(text: string): (path: string) => Record<string, string> {
  const rules = text.split(/\n(?=\S)/).map((rule) => {
    const [pattern = '', ...lines] = rule.trim().split('\n');
    return { pattern, headers: lines.map((line) => line.trim().split(/: (.*)/s)) };
  });
  const applies = (pattern: string, path: string): boolean =>
    pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
  return (path) =>
    Object.fromEntries(
      rules.filter(({ pattern }) => applies(pattern, path)).flatMap(({ headers }) => headers),
    );
}
