// Plain JavaScript, because an older Node must be able to read it: TypeScript files run directly from 22.18 on.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `This project needs Node 22.18 or newer, and ${process.versions.node} is running.\n` +
      'npm ci normally brings Node 22 along as an optional dependency; either optional dependencies were left out ' +
      `or there is none for ${process.platform}/${process.arch}. Run npm ci again with optional dependencies, ` +
      'or install Node 22.18 or newer.',
  );
  process.exit(1);
}
