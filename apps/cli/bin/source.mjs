// Lets this process (and the children it starts with `--import` of this file) run TypeScript sources: tsx for the syntax, and the
// condition under which the packages export their src/ instead of dist/.
import { register } from "node:module";
import { register as registerTsx } from "tsx/esm/api";

registerTsx();
register(
  "data:text/javascript," +
    encodeURIComponent(`
export function resolve(specifier, context, next) {
  return next(specifier, { ...context, conditions: [...context.conditions, "depesche-source"] });
}`),
);
