import { DurableObject } from 'cloudflare:workers';
import { DAY_S } from '../../shared/contract/headers.ts';
import type { Bindings } from '../services.ts';

/** Finals of a day, UTC, that somebody has had drawn: the object's name is the ceiling's. */
export class Ceiling extends DurableObject<Bindings> {
  /** Counts one, unless as many as allowed are counted. */
  async take(perDay: number): Promise<boolean> {
    const used = await this.#used();
    if (used >= perDay) return false;
    await this.ctx.storage.put('used', { day: today(), used: used + 1 });
    return true;
  }

  async giveBack(): Promise<void> {
    const used = await this.#used();
    if (used > 0) await this.ctx.storage.put('used', { day: today(), used: used - 1 });
  }

  async #used(): Promise<number> {
    const saved = await this.ctx.storage.get<{ day: number; used: number }>('used');
    return saved?.day === today() ? saved.used : 0;
  }
}

const today = (): number => Math.floor(Date.now() / 1_000 / DAY_S);
