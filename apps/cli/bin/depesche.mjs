#!/usr/bin/env node
// Entry of `depesche` and `npm start`. In a checkout the TypeScript sources run as they are; a built image has dist/ and no tsx.
import { existsSync } from "node:fs";

const source = new URL("../src/main.ts", import.meta.url);
const built = new URL("../dist/main.js", import.meta.url);
if (existsSync(source)) {
  await import("./source.mjs");
  await import(source.href);
} else {
  await import(built.href);
}
