import { cp, mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const page = new URL('../page/', import.meta.url);

/**
 * Builds the storefront page into `out`, the directory of wrangler.toml's `[assets]`: one script, one style sheet,
 * and `page/public` as it is. Returns the size of the script in bytes.
 */
export async function buildPage(out: URL): Promise<number> {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  await cp(new URL('public/', page), out, { recursive: true });
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL('src/page.ts', page)), fileURLToPath(new URL('src/page.css', page))],
    outdir: fileURLToPath(out),
    bundle: true,
    format: 'esm',
    target: ['chrome111', 'firefox114', 'safari16.4'],
    minify: true,
    metafile: true,
    logLevel: 'warning',
  });
  return Object.entries(metafile.outputs).find(([file]) => file.endsWith('.js'))?.[1].bytes ?? 0;
}
