export { newSecret, sign } from "./signature.ts";
export { addressAllowed, literalTargetProblem, type TargetRules } from "./target.ts";
