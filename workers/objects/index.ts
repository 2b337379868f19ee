/** The Durable Objects that wrangler.toml binds. */
export { Ceiling } from './ceiling.ts';
export { Flight } from './flight.ts';
