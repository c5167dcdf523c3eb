export { accountRefusal, createIntake, type IntakeDeps } from "./intake.ts";
export { maySend } from "./recipients.ts";
export { watchedIntake } from "./watched.ts";
