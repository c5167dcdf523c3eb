export { createIntake, type IntakeDeps } from "./intake.ts";
