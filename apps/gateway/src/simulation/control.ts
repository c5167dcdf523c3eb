// The control API of the simulators, as the gateway asks it: on loopback, and only in a simulation.

export interface Control {
  /** Asks for a path of the control API. Rejects when the simulators do not answer. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

/** `base`: http://127.0.0.1:PORT. */
export function openControl(base: string): Control {
  return { ask: (path, init) => fetch(`${base}${path}`, { ...init, redirect: "error" }) };
}

/**
 * What a simulated machine holds of the call of an attempt, as TIFF. Undefined when no machine has it (any more), or when
 * the simulators do not answer: then nobody can show it either.
 */
export async function receivedFax(control: Control, attempt: string): Promise<Uint8Array | undefined> {
  const path = `/exchange/attempts/${encodeURIComponent(attempt)}/fax.tif`;
  const response = await control.ask(path, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
  if (!response?.ok) {
    await response?.body?.cancel();
    return undefined;
  }
  return new Uint8Array(await response.arrayBuffer());
}
