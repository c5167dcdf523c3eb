/** DLE shielding of data between terminal and modem (T.31 §8.3.3, annex A): DLE DLE is an octet 16, DLE ETX the end. */

export const DLE = 0x10;
export const ETX = 0x03;
export const SUB = 0x1a;
export const CAN = 0x18;
export const XON = 0x11;
export const XOFF = 0x13;

/** What ends data: DLE ETX. */
export const DLE_ETX: Uint8Array = Uint8Array.of(DLE, ETX);

/** Data with every DLE doubled. The same array when it has none. */
export function stuffDle(data: Uint8Array): Uint8Array {
  let count = 0;
  for (const octet of data) if (octet === DLE) count++;
  if (count === 0) return data;
  const out = new Uint8Array(data.length + count);
  let at = 0;
  for (const octet of data) {
    out[at++] = octet;
    if (octet === DLE) out[at++] = DLE;
  }
  return out;
}

/** Where an incremental reader stands; plain. */
export interface DleState {
  /** A DLE was the last octet of what has come so far. */
  pending: boolean;
}

export function newDleState(): DleState {
  return { pending: false };
}

/**
 * Reads shielded data piece by piece: `data` is what it holds, `ended` that DLE ETX came; then `used` octets were read, and
 * what follows them belongs to what comes next. DLE SUB stands for two DLE; any other pair is dropped, as T.31 has it.
 */
export function unstuffDle(state: DleState, octets: Uint8Array): { data: Uint8Array; ended: boolean; used: number } {
  const out = new Uint8Array(octets.length + 1);
  let size = 0;
  for (let i = 0; i < octets.length; i++) {
    const octet = octets[i]!;
    if (!state.pending) {
      if (octet === DLE) state.pending = true;
      else out[size++] = octet;
      continue;
    }
    state.pending = false;
    if (octet === ETX) return { data: out.subarray(0, size), ended: true, used: i + 1 };
    if (octet === DLE) out[size++] = DLE;
    else if (octet === SUB) {
      out[size++] = DLE;
      out[size++] = DLE;
    }
  }
  return { data: out.subarray(0, size), ended: false, used: octets.length };
}
