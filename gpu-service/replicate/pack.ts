/** `npm run cog:pack`: the folder that `cog build` and `cog push` need, with all that the runner reads, in dist/cog. */
import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OUT = join(ROOT, 'dist/cog');
const MODEL = ['manifest.json', 'stage1.onnx', 'restgan.onnx', 'classifier.onnx'];
const FILES: readonly (readonly [from: string, to: string])[] = [
  ...['cog.yaml', 'requirements.txt', 'predict.py'].map(
    (file) => [`gpu-service/replicate/${file}`, file] as const,
  ),
  ['gpu-service/training/latent.py', 'latent.py'],
  ...MODEL.map((file) => [`shared/model/${file}`, `model/${file}`] as const),
];

await rm(OUT, { recursive: true, force: true });
for (const [from, to] of FILES) {
  const target = join(OUT, to);
  await mkdir(dirname(target), { recursive: true });
  await cp(join(ROOT, from), target);
}
console.log(`${OUT}: cd there, then \`cog build\` or \`cog push\``);
