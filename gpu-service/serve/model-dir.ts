import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../../shared/contract/result.ts';
import { type GraphFile, type ModelManifest, readManifest } from '../../shared/model/manifest.ts';

/** The graphs that draw: `stage1` makes 64 px, `restgan` 256 px. */
export const PICTURE_GRAPHS = ['stage1', 'restgan'] as const;
export type PictureGraph = (typeof PICTURE_GRAPHS)[number];
/** Those and the one that tells what a 64 px picture shows. */
export const GRAPHS = [...PICTURE_GRAPHS, 'classifier'] as const;
export type Graph = (typeof GRAPHS)[number];

/** A model directory whose manifest and graphs have been checked. */
export interface Model {
  readonly manifest: ModelManifest;
  readonly paths: Readonly<Record<Graph, string>>;
}

/**
 * Reads `manifest.json` of a model directory and compares size and SHA-256 of its graphs, so that a half-copied or
 * mixed-up model never serves.
 * @returns the model, or what is wrong with it in a sentence
 */
export async function readModel(dir: string): Promise<Result<Model, string>> {
  const file = join(dir, 'manifest.json');
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    return err(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const manifest = readManifest(json);
  if (!manifest.ok) return err(`${file}: ${manifest.error}`);
  const { graphs } = manifest.value;
  for (const name of GRAPHS) {
    const fault = await faultOf(dir, graphs[name]);
    if (fault !== null) return err(fault);
  }
  const paths = {
    stage1: join(dir, graphs.stage1.file),
    restgan: join(dir, graphs.restgan.file),
    classifier: join(dir, graphs.classifier.file),
  };
  return ok({ manifest: manifest.value, paths });
}

async function faultOf(dir: string, graph: GraphFile): Promise<string | null> {
  const path = join(dir, graph.file);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch {
    return `cannot read the graph ${path}`;
  }
  if (bytes.length !== graph.bytes) {
    return `${path} has ${bytes.length} bytes, its manifest says ${graph.bytes}`;
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return sha256 === graph.sha256 ? null : `${path} is not the graph of its manifest (SHA-256 differs)`;
}
