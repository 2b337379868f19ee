/** `npm run bench <name>`: what is measured, by name. */
const BENCHES: Readonly<Record<string, () => Promise<unknown>>> = {
  edge: () => import('./edge.ts'),
  encoders: () => import('./encoders.ts'),
  hits: () => import('./hits.ts'),
  serve: () => import('./serving.ts'),
  overload: () => import('./overload.ts'),
  soak: () => import('./soak.ts'),
  page: () => import('./page.ts'),
};

const bench = BENCHES[process.argv[2] ?? ''];
if (bench === undefined) {
  console.error(`npm run bench ${Object.keys(BENCHES).join(' | ')}`);
  process.exitCode = 2;
} else {
  await bench();
}

export {};
