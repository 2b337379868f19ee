import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export interface Shop {
  readonly url: string;
  stop(): Promise<void>;
}

/** Ways in which pages treat an `<img>`: as it is, and as the usual style resets do. */
export const STYLES = {
  plain: '',
  fluid: 'img { max-width: 100%; height: auto }',
  block: 'img { display: block; max-width: 100%; height: auto } restgan-preview { display: block }',
  wide: 'img { width: 100%; height: auto } restgan-preview { display: inline-block; width: 100% }',
} as const;

const SHOPS = ['plain.ts', 'react.tsx', 'vue.ts'];

/**
 * Pages of shops, on an origin of their own: `/react`, `/vue`, and `/plain?style=…&key=…`, in which the element
 * wraps an `<img>` and follows a text field without any script of the shop's, with a publishable key if there is one.
 * @param workerOf the Worker's origin, from which the component's module comes
 */
export async function startShop(workerOf: () => string): Promise<Shop> {
  const { outputFiles } = await build({
    entryPoints: SHOPS.map((shop) => fileURLToPath(new URL(`shops/${shop}`, import.meta.url))),
    outdir: '/',
    write: false,
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    alias: { vue: 'vue/dist/vue.esm-bundler.js' },
    define: {
      'process.env.NODE_ENV': '"production"',
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    logLevel: 'error',
  });
  const scripts = new Map(outputFiles.map(({ path, text }) => [path.slice(path.lastIndexOf('/')), text]));

  const server = createServer((request, response) => {
    const worker = workerOf();
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://shop.example');
    const script = scripts.get(pathname);
    if (script !== undefined) {
      response.writeHead(200, { 'Content-Type': 'text/javascript; charset=utf-8' }).end(script);
      return;
    }
    const style = STYLES[(searchParams.get('style') ?? 'plain') as keyof typeof STYLES] ?? '';
    const name = pathname.slice(1);
    const body = name === 'plain' ? plain(worker, searchParams.get('key')) : '<div id="shop"></div>';
    response
      .writeHead(scripts.has(`/${name}.js`) ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8' })
      .end(document(worker, name, style, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const document = (worker: string, name: string, style: string, body: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <link rel="icon" href="data:," />
    <title>A shop</title>
    <!-- Half a page, which a slow machine may show, would move when the other half comes. -->
    <link rel="expect" href="#below" blocking="render" />
    <style>body { margin: 8px; font: 16px/1.5 sans-serif } .picture { height: 140px } ${style}</style>
    <script type="module" src="${worker}/restgan-preview.js"></script>
    <script type="module" src="/${name}.js"></script>
  </head>
  <body>${body}</body>
</html>`;

/** No space inside the element: in a line of text it would be a space of that line until the element is defined. */
const plain = (worker: string, key: string | null): string => {
  const [attribute, parameter] = key === null ? ['', ''] : [` api-key="${key}"`, `?key=${key}`];
  const image = `<img src="${worker}/v1/preview/womens-black-pants.webp${parameter}" width="256" height="256" alt="Women’s black pants" />`;
  return `
    <main>
      <h1>A shop</h1>
      <label>Words <input id="words" /></label>
      <p>Before <restgan-preview for="words" query="womens black pants"${attribute}>${image}</restgan-preview> and after.</p>
      <p id="below">What comes below.</p>
    </main>`;
};
