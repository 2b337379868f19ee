export { nearestCluster } from './clusters.ts';
export { deltaE, inGamut, labToRgb8, type Rgb8, rgb8ToHex, rgb8ToLab, toGamut } from './lab.ts';
export { lookupColor, matchColor, parseHex } from './lookup.ts';
export { shadeForSeed } from './shade.ts';
export { CLUSTERS, COLOR_TABLE_VERSION } from './table.ts';
export type { ColorMention, ColorSource } from './types.ts';
