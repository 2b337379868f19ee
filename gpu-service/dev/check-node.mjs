// Plain JavaScript, because an older Node must be able to read it: TypeScript files run directly from 22.18 on.
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const bin = new URL('node_modules/.bin/node', root);

if (!isNewEnough() && !existsSync(bin) && process.platform !== 'win32') linkBundled();
if (!isNewEnough() && !existsSync(bin)) {
  console.error(
    `This project needs Node 22.18 or newer, and ${process.versions.node} is running.\n` +
      'npm ci normally brings Node 22 along as an optional dependency; either optional dependencies were left out ' +
      `or there is none for ${process.platform}/${process.arch}. Run npm ci again with optional dependencies, ` +
      'or install Node 22.18 or newer.',
  );
  process.exit(1);
}

function isNewEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

/**
 * Links the Node that came along to where npm puts the commands of packages. npm 10 leaves it out: several packages,
 * one for each platform, have a command of that name, and it tries only the first, which another platform owns.
 */
function linkBundled() {
  const { optionalDependencies } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  for (const name of Object.keys(optionalDependencies)) {
    if (!existsSync(new URL(`node_modules/${name}/bin/node`, root))) continue;
    mkdirSync(new URL('.', bin), { recursive: true });
    symlinkSync(`../${name}/bin/node`, fileURLToPath(bin));
    return;
  }
}
