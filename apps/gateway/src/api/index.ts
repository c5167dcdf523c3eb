export { bearerKey, callerOf } from "./auth.ts";
export type { ApiDeps, ApiEnv, ApiLimits, Caller, LineBoard } from "./deps.ts";
export { apiFace } from "./face.ts";
export { type PageRooms, pagePicture } from "./page-picture.ts";
export { ApiProblem, type ProblemCode, problemResponse } from "./problems.ts";
