import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Miniflare } from 'miniflare';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, createSigner, RestganError } from '../../../shared/client/index.ts';
import { verifyAddress } from '../../../shared/contract/signature.ts';
import { SAMPLE_ORIGIN, SAMPLES } from '../../../workers/openapi/samples.ts';
import { ROOT, type RunningService, startServiceProcess, TOKEN } from '../../gpu-service/serve/process.ts';
import { CHROMIUM, NEEDS_CHROMIUM, startBrowser } from '../../support/browser.ts';
import { startWorker, type WorkerUnderTest } from '../../support/worker.ts';

/** The client as a stranger has it: packed, installed in an empty project, against a real Worker. */

const run = promisify(execFile);
const SIGNING = { id: 'k1', secret: 'a secret of 32 characters at the least' };
let service: RunningService;
let worker: WorkerUnderTest;
let project: string;
beforeAll(async () => {
  service = await startServiceProcess();
  worker = await startWorker({ GPU_URL: service.url, GPU_TOKEN: TOKEN, GPU_BUDGET_MS: '20000' });
  project = await mkdtemp(join(tmpdir(), 'restgan-shop-'));
  await install(project);
});
afterAll(async () => {
  await worker?.stop();
  service?.process.kill('SIGKILL');
  await rm(project, { recursive: true, force: true });
});

/** `npm pack`, then `npm install` of the tarball in an empty project, without a network. */
async function install(into: string): Promise<void> {
  const env = { ...process.env, PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH ?? ''}` };
  await run(process.execPath, ['workers/build/client-cli.ts'], { cwd: ROOT, env });
  const { stdout } = await run(
    'npm',
    ['pack', '--json', '--pack-destination', into, './shared/client/dist'],
    { cwd: ROOT, env },
  );
  const tarball = JSON.parse(stdout);
  const [packed] = Array.isArray(tarball) ? tarball : Object.values(tarball);
  await writeFile(join(into, 'package.json'), '{"name":"shop","private":true,"type":"module"}');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(into, packed.filename)], {
    cwd: into,
    env,
  });
}

describe('the package', () => {
  it('has no dependency', async () => {
    const manifest = JSON.parse(
      await readFile(join(project, 'node_modules/restgan-edge/package.json'), 'utf8'),
    );
    expect(manifest).not.toHaveProperty('dependencies');
    expect(manifest).not.toHaveProperty('scripts');
    const lock = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8'));
    expect(Object.keys(lock.packages)).toEqual(['', 'node_modules/restgan-edge']);
  });

  const samples = Object.values(SAMPLES).flatMap((all) => all.filter(({ lang }) => lang === 'JavaScript'));
  it('runs every documented example, in one process', async () => {
    const files = await Promise.all(
      [...samples.map(({ source }) => source), ...(await guide())].map(async (source, at) => {
        const file = `sample-${at}.js`;
        await writeFile(join(project, file), source.replaceAll(SAMPLE_ORIGIN, worker.url));
        return file;
      }),
    );
    const all = ['globalThis.document = { body: {} };', ...files.map((file) => `await import('./${file}');`)];
    await writeFile(join(project, 'all.js'), all.join('\n'));
    const { stderr } = await run(process.execPath, ['all.js'], { cwd: project });
    expect(stderr).toBe('');
  });

  it('has types that a strict project can read, which know what is right and what is not', async () => {
    await mkdir(join(project, 'types'), { recursive: true });
    await writeFile(
      join(project, 'types/shop.ts'),
      [
        "import { createClient, type RefineAnswer, RestganError } from 'restgan-edge/client';",
        "const client = createClient({ base: 'https://x', fetch: globalThis.fetch });",
        'export const answer: Promise<RefineAnswer> = client.refine("black pants", { seed: 3, signal: AbortSignal.timeout(5) });',
        'export const shown = answer.then(({ steps }) => steps.map((step) => step.classifier?.type.word satisfies string | undefined));',
        "export const address: string = client.url('black pants', { size: 128, format: 'png' });",
        'export const code = (error: unknown) => error instanceof RestganError && error.code === "too_busy";',
        '// @ts-expect-error no such size',
        "client.url('black pants', { size: 100 });",
        '// @ts-expect-error no such code',
        'export const wrong = (error: RestganError) => error.code === "no such code";',
      ].join('\n'),
    );
    const options = [
      '--strict',
      '--noEmit',
      '--ignoreConfig',
      '--target',
      'es2022',
      '--lib',
      'es2024,dom',
      '--types',
      '',
    ];
    for (const module of ['nodenext', 'esnext']) {
      const resolution = module === 'esnext' ? ['--moduleResolution', 'bundler'] : [];
      await run(
        process.execPath,
        [
          join(ROOT, 'node_modules/typescript/bin/tsc'),
          ...options,
          '--module',
          module,
          ...resolution,
          'types/shop.ts',
        ],
        { cwd: project },
      );
    }
  });

  it('runs in workerd, with the platform’s own fetch', async () => {
    const code = await readFile(join(project, 'node_modules/restgan-edge/index.js'), 'utf8');
    const shop = new Miniflare({
      cf: false,
      compatibilityDate: '2026-07-30',
      modules: [
        {
          type: 'ESModule',
          path: 'shop.js',
          contents: `import { createClient } from './client.js';
            export default { async fetch() {
              const client = createClient({ base: '${worker.url}' });
              const { canonical } = await client.refine('women black pants', { stage: 'draft' });
              return new Response(canonical);
            } };`,
        },
        { type: 'ESModule', path: 'client.js', contents: code },
      ],
    });
    expect(await (await shop.dispatchFetch('http://shop.example/')).text()).toBe('women black pants');
    await shop.dispose();
  });

  it('runs in a browser', async (context) => {
    context.skip(CHROMIUM === null, NEEDS_CHROMIUM);
    const code = await readFile(join(project, 'node_modules/restgan-edge/index.js'), 'utf8');
    const url = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
    const browser = await startBrowser();
    const page = await browser.newPage();
    // As text: what vitest makes of a function does not run in a page.
    const seen = await page.evaluate<{ type: string; bytes: number }>(`(async () => {
      const { createClient } = await import('${url}');
      const client = createClient({ base: '${worker.url}' });
      const { bytes, type } = await client.picture('blue jeans', { size: 64, stage: 'draft' });
      return { bytes: bytes.length, type };
    })()`);
    await browser.close();
    expect(seen.type).toBe('image/webp');
    expect(seen.bytes).toBeGreaterThan(100);
  });
});

/** The examples of its README. */
async function guide(): Promise<string[]> {
  const markdown = await readFile(join(ROOT, 'shared/client/README.md'), 'utf8');
  return [...markdown.matchAll(/```js\n([\s\S]*?)```/g)].map(([, source = '']) => source);
}

describe('calls', () => {
  it('tell the Worker’s problem with its code', async () => {
    const client = createClient({ base: worker.url });
    const failure = await client.refine('qwertz').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RestganError);
    expect(failure).toMatchObject({ status: 422, code: 'no_known_word', retryAfter: null });
    await expect(client.picture('qwertz')).rejects.toMatchObject({ code: 'no_known_word' });
  });

  it('end when their signal does', async () => {
    const client = createClient({ base: worker.url });
    await expect(client.refine('blue jeans', { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });

  it('stream the draft, then the final', async () => {
    const stages: string[] = [];
    const client = createClient({ base: worker.url });
    for await (const { stage } of client.stream('men green corduroy pants', { seed: 4 })) stages.push(stage);
    expect(stages.at(-1)).toBe('final');
  });

  it('give addresses whose pictures are those of the query', async () => {
    const client = createClient({ base: worker.url });
    for (const query of [
      "Women's  black pants",
      '#7b1f2b jeans',
      'rot / grün pants, 50%',
      'ÄÖ jeans',
      'v1/..',
    ]) {
      const answer = await fetch(client.url(query, { size: 64, stage: 'draft', seed: 3 }));
      const plain = await fetch(
        `${worker.url}/v1/preview?${new URLSearchParams({ q: query, size: '64', stage: 'draft', seed: '3' })}`,
      );
      expect(answer.status).toBe(plain.status);
      expect(answer.headers.get('ETag')).toBe(plain.headers.get('ETag'));
    }
  });
});

describe('a signer', () => {
  it('vouches for addresses as the Worker verifies them', async () => {
    const address = await createSigner(SIGNING).preview("women's black pants", { size: 128 });
    expect(address).toMatch(/^\/v1\/preview\/womens-black-pants\.webp\?size=128&exp=\d+&kid=k1&s=/);
    expect(await verifyAddress(address, [SIGNING], Date.now())).toMatchObject({ ok: true });
    expect(await verifyAddress(`${address}x`, [SIGNING], Date.now())).toMatchObject({ ok: false });
  });
});
