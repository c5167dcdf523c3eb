// Spool files: where an upload lands while it arrives. Hashed on the way, bounded, removed unless a blob store takes it over.

export interface SpoolFile {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256, lower-case hex. */
  readonly sha256: string;
  /** First bytes (up to 64) for detection without reading the file. */
  readonly head: Uint8Array;
  read(): Promise<Uint8Array>;
  discard(): Promise<void>;
}

export interface SpoolWriter {
  /** Resolves when the chunk was taken (back-pressure). Rejects with SpoolFull when the disk or the limit is reached. */
  write(chunk: Uint8Array): Promise<void>;
  /** Seals the file. */
  close(): Promise<SpoolFile>;
  /** Drops the file. */
  abort(): Promise<void>;
}

export interface Spool {
  create(): Promise<SpoolWriter>;
}

/** The disk is full or the size limit is passed: the request must be refused, nothing was accepted. */
export class SpoolFull extends Error {
  readonly reason: "disk" | "limit";
  constructor(reason: "disk" | "limit") {
    super(reason === "disk" ? "no room left on the spool's disk" : "the file is larger than the limit");
    this.name = "SpoolFull";
    this.reason = reason;
  }
}
