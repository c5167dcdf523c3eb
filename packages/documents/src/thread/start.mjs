// A .ts thread does not start on Node 20: this registers tsx in the thread and goes on to the TypeScript.
import { register } from "tsx/esm/api";

register();
await import("./work.ts");
