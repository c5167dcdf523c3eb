export { type WebDeps, webFace } from "./face.ts";
