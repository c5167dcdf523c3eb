export { createIntake, type IntakeDeps } from "./intake.ts";
export { watchedIntake } from "./watched.ts";
