/** The small part of JSON Schema (draft 2020-12) in which the configuration is written, and a check that says what is wrong where. */

/** A schema of the part we use. Every keyword means what JSON Schema says. */
export interface Shape {
  readonly $schema?: string;
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: "object" | "array" | "string" | "integer" | "boolean";
  readonly const?: string;
  readonly enum?: readonly (string | number)[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Shape;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: false;
  /** Either a choice by the constant of the property `kind`, or a choice of required properties. */
  readonly oneOf?: readonly Shape[];
}

/** What is wrong, and where: a JSON path such as `$.fax.lines[0].number`. */
export interface ShapeProblem {
  path: string;
  text: string;
}

/** Everything that is wrong with `value`; empty when it fits. Secrets are not repeated: a wrong text is quoted only when short. */
export function problemsOf(value: unknown, shape: Shape, path = "$"): ShapeProblem[] {
  const out: ShapeProblem[] = [];
  check(value, shape, path, out);
  return out;
}

function check(value: unknown, shape: Shape, path: string, out: ShapeProblem[]): void {
  const say = (text: string) => out.push({ path, text });
  if (shape.type !== undefined && !isOfType(value, shape.type)) {
    say(`must be ${NAMES[shape.type]}, not ${named(value)}`);
    return;
  }
  if (shape.const !== undefined && value !== shape.const) say(`must be ${JSON.stringify(shape.const)}`);
  if (shape.enum !== undefined && !shape.enum.includes(value as string | number)) {
    say(`must be one of ${shape.enum.map((word) => JSON.stringify(word)).join(", ")}${meant(value, shape.enum)}`);
  }
  if (typeof value === "string") checkText(value, shape, say);
  if (typeof value === "number") {
    if (shape.minimum !== undefined && value < shape.minimum) say(`must be at least ${shape.minimum}`);
    if (shape.maximum !== undefined && value > shape.maximum) say(`must be at most ${shape.maximum}`);
  }
  if (Array.isArray(value)) checkItems(value, shape, path, out);
  else if (typeof value === "object" && value !== null) {
    checkProperties(value as Record<string, unknown>, shape, path, out);
  }
}

function checkText(value: string, shape: Shape, say: (text: string) => void): void {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern, examples } = shape;
  if (value.length < minLength)
    say(minLength === 1 ? "must not be empty" : `must have at least ${minLength} characters`);
  else if (value.length > maxLength) say(`must have at most ${maxLength} characters`);
  else if (pattern !== undefined && !new RegExp(pattern, "u").test(value)) {
    say(`does not have the form it must have${examples ? `, such as ${JSON.stringify(examples[0])}` : ""}`);
  }
}

function checkItems(items: readonly unknown[], shape: Shape, path: string, out: ShapeProblem[]): void {
  if (items.length < (shape.minItems ?? 0)) out.push({ path, text: `must have at least ${entries(shape.minItems!)}` });
  if (items.length > (shape.maxItems ?? Number.POSITIVE_INFINITY)) {
    out.push({ path, text: `must have at most ${entries(shape.maxItems!)}` });
  }
  for (const [i, item] of items.entries()) {
    if (shape.items) check(item, shape.items, `${path}[${i}]`, out);
    if (shape.uniqueItems && items.indexOf(item) < i) out.push({ path: `${path}[${i}]`, text: "stands here twice" });
  }
}

const entries = (count: number) => (count === 1 ? "one entry" : `${count} entries`);

function checkProperties(value: Record<string, unknown>, shape: Shape, path: string, out: ShapeProblem[]): void {
  for (const name of shape.required ?? [])
    if (!(name in value)) out.push({ path: `${path}.${name}`, text: "is missing" });
  const { properties } = shape;
  if (properties) {
    const known = Object.keys(properties);
    for (const [name, inner] of Object.entries(value)) {
      const place = `${path}${/^[\w$]+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`}`;
      if (Object.hasOwn(properties, name)) check(inner, properties[name]!, place, out);
      else if (shape.additionalProperties === false)
        out.push({ path: place, text: `is not known here${meant(name, known)}` });
    }
  }
  if (shape.oneOf) checkChoice(value, shape.oneOf, path, out);
}

function checkChoice(
  value: Record<string, unknown>,
  choices: readonly Shape[],
  path: string,
  out: ShapeProblem[],
): void {
  const kinds = choices.flatMap(({ properties }) => properties?.kind?.const ?? []);
  if (kinds.length > 0) {
    const chosen = choices.find(({ properties }) => properties?.kind?.const === value.kind);
    if (chosen) checkProperties(value, chosen, path, out);
    else {
      const words = kinds.map((kind) => JSON.stringify(kind)).join(" or ");
      out.push({ path: `${path}.kind`, text: `must be ${words}${meant(value.kind, kinds)}` });
    }
    return;
  }
  const met = choices.filter(({ required = [] }) => required.every((name) => name in value));
  if (met.length === 1) return;
  const names = choices.map(({ required = [] }) => required.map((name) => `"${name}"`).join(" and ")).join(" or ");
  out.push({ path, text: `needs ${names}, and not ${met.length === 0 ? "none" : "more than one"} of them` });
}

const NAMES = {
  object: "an object",
  array: "a list",
  string: "a text",
  integer: "a whole number",
  boolean: "true or false",
} as const;

function isOfType(value: unknown, type: keyof typeof NAMES): boolean {
  switch (type) {
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function named(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : typeof value === "string" ? "a text" : String(value);
}

/** "(did you mean ..." for a word that is nearly one of the known. */
function meant(word: unknown, known: readonly (string | number)[]): string {
  if (typeof word !== "string" || word.length > 60) return "";
  let best = "";
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), String(candidate).toLowerCase());
    if (distance < least) [best, least] = [String(candidate), distance];
  }
  return best === "" ? "" : ` (did you mean "${best}"?)`;
}

/** Letters to change, add or take away to make one word of the other (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}
