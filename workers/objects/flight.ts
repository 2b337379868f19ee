import { DurableObject } from 'cloudflare:workers';
import type { ProblemError } from '../../shared/contract/errors.ts';
import { problem } from '../../shared/contract/errors.ts';
import type { PictureRequest } from '../../shared/contract/picture.ts';
import { err, type Result } from '../../shared/contract/result.ts';
import { readConfig } from '../config.ts';
import { pictureTools } from '../edge/engines.ts';
import { log } from '../log.ts';
import { createKvCache } from '../pipeline/cache/kv.ts';
import { type Flight as Core, createFlight } from '../pipeline/flight/flight.ts';
import type { FlightStore, Kept, Saved } from '../pipeline/flight/saved.ts';
import { createGpuGenerator } from '../pipeline/generator/gpu.ts';
import type { Boarding, Landed, Picture } from '../pipeline/ports.ts';
import type { Bindings } from '../services.ts';
import { createDurableCeilings } from './ceilings.ts';

/** The flight of one key: the object's name is the `previewKey`. README.md lists what it stores. */
export class Flight extends DurableObject<Bindings> {
  readonly #core: Core | null;

  constructor(context: DurableObjectState, env: Bindings) {
    super(context, env);
    const config = readConfig(env);
    this.#core =
      config.ok && config.value.gpu !== null
        ? createFlight({
            store: storeOf(context.storage),
            gpu: createGpuGenerator(config.value.gpu),
            cache: createKvCache(env.PREVIEWS, pictureTools.checksum),
            ceilings: createDurableCeilings(env.CEILINGS, log),
            flightMs: config.value.flightMs,
            report: log,
          })
        : null;
  }

  async join(request: PictureRequest, boarding: Boarding): Promise<Result<Landed, ProblemError>> {
    return this.#core === null
      ? err(problem('gpu_not_configured', 'Ask for stage=draft or stage=auto.'))
      : this.#core.join(request, boarding);
  }

  override async alarm(): Promise<void> {
    await this.#core?.alarm();
  }
}

/** Two records, so that a change of state does not write the picture again. */
function storeOf(storage: DurableObjectStorage): FlightStore {
  let written: Picture | null = null;
  return {
    async load() {
      const [saved, picture] = await Promise.all([
        storage.get<Exclude<Saved, Kept> | Omit<Kept, 'picture'>>('flight'),
        storage.get<Picture>('picture'),
      ]);
      if (saved === undefined) return null;
      if (saved.kind === 'job') return saved;
      if (picture === undefined) return null;
      written = picture;
      return { ...saved, picture };
    },
    async save(saved) {
      if (saved.kind === 'job') return storage.put('flight', saved);
      const { picture, ...rest } = saved;
      if (picture !== written) await storage.put('picture', picture);
      written = picture;
      return storage.put('flight', rest);
    },
    async clear() {
      written = null;
      await storage.deleteAlarm();
      await storage.deleteAll();
    },
    wake: (at) => storage.setAlarm(at),
  };
}
