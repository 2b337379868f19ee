/** How a faulty KV behaves. */
export interface KvFaults {
  readonly read: 'fine' | 'down' | 'slow' | 'hang';
  readonly write: 'fine' | 'down' | 'slow' | 'hang';
  /** What `slow` takes. */
  readonly ms: number;
  /** How long a location does not see a key that it has missed, and a write is seen nowhere. */
  readonly staleMs: number;
}
