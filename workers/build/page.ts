import { cp, mkdir, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const workers = new URL('../', import.meta.url);
const ENTRIES = ['page/src/page.ts', 'page/src/page.css', 'component/restgan-preview.ts'];

/**
 * Builds the assets into `out`, the directory of wrangler.toml's `[assets]`: the storefront page, which is a script, a
 * style sheet and `page/public` as it is, and the web component's module. Returns the sizes of what it bundled, in bytes.
 */
export async function buildPage(out: URL): Promise<Readonly<Record<string, number>>> {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  await cp(new URL('page/public/', workers), out, { recursive: true });
  const { metafile } = await build({
    entryPoints: ENTRIES.map((entry) => fileURLToPath(new URL(entry, workers))),
    outdir: fileURLToPath(out),
    entryNames: '[name]',
    bundle: true,
    format: 'esm',
    target: ['chrome111', 'firefox114', 'safari16.4'],
    minify: true,
    metafile: true,
    logLevel: 'warning',
  });
  return Object.fromEntries(
    Object.entries(metafile.outputs).map(([file, { bytes }]) => [basename(file), bytes]),
  );
}
