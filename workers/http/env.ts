import type { Context } from 'hono';
import type { RequestLine } from '../../shared/contract/log.ts';
import type { Bindings, Services } from '../services.ts';

/** Hono's generics for this Worker. */
export interface AppEnv {
  Bindings: Bindings;
  Variables: {
    requestId: string;
    services: Services;
    /** What the request's log line says beside. */
    line: Partial<Pick<RequestLine, 'preview' | 'error'>>;
  };
}

export type AppContext = Context<AppEnv>;
