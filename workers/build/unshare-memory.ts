const IMPORT_SECTION = 2;
const EXTERN_FUNCTION = 0;
const EXTERN_TABLE = 1;
const EXTERN_MEMORY = 2;
const HAS_MAXIMUM = 0x01;
const SHARED = 0x02;

/**
 * Clears the `shared` flag of a module's imported memory. onnxruntime-web is published with threads only; whether
 * Cloudflare's production runtime allows shared memory is unproven, and one thread needs none: atomic
 * instructions are valid on unshared memory too (threads proposal, "Atomic memory accesses").
 *
 * Format: WebAssembly core specification 2.0, section 5.5.5 (imports); the flag is bit 1 of the memory's limits.
 * @throws when the module imports no shared memory: another release of the package, to be looked at by a person.
 */
export function unshareMemory(wasm: Uint8Array): Uint8Array {
  const at = sharedFlagOffset(wasm);
  // Not `slice`, which of a Node Buffer is a view.
  const copy = new Uint8Array(wasm);
  copy[at] = HAS_MAXIMUM;
  return copy;
}

function sharedFlagOffset(wasm: Uint8Array): number {
  const cursor = new Cursor(wasm, 8);
  while (cursor.at < wasm.length) {
    const section = cursor.byte();
    const end = cursor.u32() + cursor.at;
    if (section === IMPORT_SECTION) {
      for (let count = cursor.u32(); count > 0; count -= 1) {
        cursor.name();
        cursor.name();
        const kind = cursor.byte();
        if (kind === EXTERN_MEMORY) {
          if (wasm[cursor.at] === (HAS_MAXIMUM | SHARED)) return cursor.at;
          throw new Error('the imported memory is not shared');
        }
        if (kind === EXTERN_FUNCTION) cursor.u32();
        else if (kind === EXTERN_TABLE) cursor.table();
        else throw new Error(`an import of kind ${kind} stands before the memory`);
      }
    }
    cursor.at = end;
  }
  throw new Error('the module imports no memory');
}

/** Reads the binary format's bytes, LEB128 integers and names. */
class Cursor {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  byte(): number {
    const value = this.bytes[this.at];
    if (value === undefined) throw new Error('the module ends too early');
    this.at += 1;
    return value;
  }

  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  name(): void {
    const length = this.u32();
    this.at += length;
  }

  /** A table's type: element type, then limits. */
  table(): void {
    this.byte();
    const flags = this.byte();
    this.u32();
    if (flags & HAS_MAXIMUM) this.u32();
  }
}
