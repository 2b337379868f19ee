import type { Context } from 'hono';
import type { RequestLine } from '../../shared/contract/log.ts';
import type { Access } from '../access/access.ts';
import type { Bindings, Services } from '../services.ts';

/** Hono's generics for this Worker. */
export interface AppEnv {
  Bindings: Bindings;
  Variables: {
    /** Path and query as they were sent. */
    address: string;
    /** Absent when the configuration is wrong; the routes are then not asked. */
    services: Services;
    /** By what right the request is answered; set on addresses that need one. */
    access: Access;
    /** Entry of `Server-Timing` beside the total (Server Timing, section 3). */
    timing?: string;
    /** What the log will say of the request; filled in as it is answered. */
    line: { -readonly [Field in keyof RequestLine]: RequestLine[Field] };
  };
}

export type AppContext = Context<AppEnv>;
