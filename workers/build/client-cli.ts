/** `npm run client:build`: the client as a package of its own, without a dependency, in shared/client/dist. */
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const root = new URL('../../', import.meta.url);
const client = new URL('shared/client/', root);
const out = new URL('dist/', client);
const entry = fileURLToPath(new URL('index.ts', client));
const { name, version, license, description, exports } = JSON.parse(
  await readFile(new URL('package.json', root), 'utf8'),
);

await rm(out, { recursive: true, force: true });
await build({
  entryPoints: [entry],
  outfile: fileURLToPath(new URL('index.js', out)),
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  logLevel: 'warning',
});

const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root));
await promisify(execFile)(process.execPath, [
  tsc,
  ...['--declaration', '--emitDeclarationOnly', '--noEmit', 'false', '--allowImportingTsExtensions'],
  ...['--module', 'esnext', '--moduleResolution', 'bundler', '--target', 'es2024', '--lib', 'es2024,dom'],
  ...['--strict', '--skipLibCheck', '--resolveJsonModule', '--types', ''],
  ...[
    '--rootDir',
    fileURLToPath(new URL('shared/', root)),
    '--outDir',
    fileURLToPath(new URL('types/', out)),
  ],
  ...['--ignoreConfig', entry],
]);

/** `./shared/client/dist/index.js` → `./index.js`: the package is the folder. */
const inFolder = (path: string): string => path.replace('./shared/client/dist/', './');
const { types, default: main } = exports['./client'];
const entries = { types: inFolder(types), default: inFolder(main) };
const manifest = { name, version, license, description, type: 'module', exports: { './client': entries } };
await writeFile(new URL('package.json', out), `${JSON.stringify(manifest, null, 2)}\n`);
await writeFile(new URL('README.md', out), await readFile(new URL('README.md', client)));
