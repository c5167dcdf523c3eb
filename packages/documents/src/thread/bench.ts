// What a conversion finds in its thread: the PDF engine, the limits, and a way to say which part it is at.
import type { Limits } from "../limits.ts";
import type { Engine } from "../pdf/pdfium.ts";

export type Bench = {
  engine: Engine;
  limits: Limits;
  /** Called with the index of each part before work on it begins, so that a failure can name it. */
  turnTo(part: number): void;
  /** Tells that one more page is made, which moves the wall limit. */
  pageMade(): void;
};
