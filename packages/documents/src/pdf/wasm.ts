// The little of the WebAssembly API this package uses, typed here because neither Node's types nor es2023 have it.

export type WasmModule = { readonly __wasmModule: never };

export type WasmImports = Record<string, Record<string, unknown>>;

export type WasmInstance = {
  exports: Record<string, unknown>;
};

export type WasmTable = { set(index: number, value: unknown): void };

type WasmApi = {
  compile(bytes: Uint8Array): Promise<WasmModule>;
  Module: new (bytes: Uint8Array) => WasmModule;
  Instance: new (module: WasmModule, imports: WasmImports) => WasmInstance;
};

export const wasm = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;
