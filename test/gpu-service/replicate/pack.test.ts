import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { manifestSchema } from '../../../shared/model/manifest.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PACKAGE = join(ROOT, 'dist/cog');
const textOf = (file: string): string => readFileSync(join(PACKAGE, file), 'utf8');

it('npm run cog:pack writes all that the runner and cog.yaml name', () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  const [, ...args] = (scripts['cog:pack'] ?? '').split(' ');
  execFileSync(process.execPath, args, { cwd: ROOT });

  const yaml = textOf('cog.yaml');
  const runner = /^run: "(\w+\.py):(\w+)"$/m.exec(yaml);
  const requirements = /python_requirements: (\S+)/.exec(yaml)?.[1] ?? '';
  expect(textOf(runner?.[1] ?? '')).toContain(`class ${runner?.[2]}(BaseRunner):`);
  expect(textOf(requirements)).toMatch(/^onnxruntime-gpu==\d+\.\d+\.\d+$/m);

  const manifest = manifestSchema.parse(JSON.parse(textOf('model/manifest.json')));
  for (const name of ['stage1', 'restgan'] as const) {
    expect(existsSync(join(PACKAGE, 'model', manifest.graphs[name].file))).toBe(true);
  }
  expect(textOf('predict.py')).toContain('from latent import');
  expect(textOf('latent.py')).toContain('def latent_for_seed(');
});
