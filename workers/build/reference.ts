import { createHash } from 'node:crypto';
import { appendFile, writeFile } from 'node:fs/promises';
import { Scalar } from '@scalar/hono-api-reference';
import { Hono } from 'hono';
import { openApiDocument } from '../openapi/document.ts';
import { scalarScript } from './scalar-script.ts';

/** The script's zod tries whether it may compile code, which the page's policy would refuse and report. */
const NO_EVAL = 'globalThis.__zod_globalConfig = { jitless: true };\n';

/**
 * Writes the API's description and its reference page into the page's directory: `openapi.json`, `reference.html` and
 * the script, which is Scalar's own, so that nothing is loaded from elsewhere. Returns the description's size in bytes.
 */
export async function buildReference(out: URL): Promise<number> {
  const document = JSON.stringify(openApiDocument());
  const page = new Hono().get(
    '/',
    Scalar({
      url: '/openapi.json',
      cdn: '/scalar.js',
      pageTitle: 'ReStGAN Edge: API reference',
      withDefaultFonts: false,
      telemetry: false,
      theme: 'default',
      agent: { disabled: true },
      showDeveloperTools: 'never',
      hideClientButton: true,
      favicon: '/favicon.svg',
    }),
  );
  await writeFile(new URL('openapi.json', out), document);
  const html = (await (await page.request('/')).text()).replace('<html>', '<html lang="en">');
  await writeFile(new URL('reference.html', out), html);
  await appendFile(new URL('_headers', out), rulesOf(html));
  await writeFile(new URL('scalar.js', out), NO_EVAL + (await scalarScript()));
  return document.length;
}

/** Scalar starts by a script in the page, which is let in by its hash, and styles elements itself. */
function rulesOf(html: string): string {
  const inline = /<script type="text\/javascript">([\s\S]*?)<\/script>/.exec(html)?.[1];
  if (inline === undefined) throw new Error('the reference page has no script of its own any longer');
  const hash = createHash('sha256').update(inline).digest('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'sha256-${hash}'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  // Rules add up, and two policies would both hold: the general one is taken off first.
  return ['/reference', '/reference.html']
    .map((path) => `\n${path}\n  ! Content-Security-Policy\n  Content-Security-Policy: ${policy}\n`)
    .join('');
}
