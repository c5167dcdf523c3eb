/** The part of JSON Schema that scripts are described with, and its reader: one table says what is allowed, publishes it and finds the fault. */

/** A value as it stands in a JSON document. Objects know no other fields than those named. */
export type ValueSchema = { readonly description?: string } & (
  | FieldsSchema
  | ListSchema
  | { readonly type: "integer" | "number"; readonly minimum: number; readonly maximum: number }
  | { readonly type: "boolean" }
  | { readonly type: "string"; readonly pattern: string; readonly maxLength: number }
  | { readonly enum: readonly (string | number)[] }
);

interface FieldsSchema {
  readonly type: "object";
  readonly properties: Readonly<Record<string, ValueSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties: false;
}

interface ListSchema {
  readonly type: "array";
  readonly items: ValueSchema;
  readonly minItems: number;
  readonly maxItems: number;
}

/**
 * The first thing in a value that its schema does not allow, as one sentence that begins with the place; undefined when there
 * is none. Never throws; reads no deeper than the schema is.
 */
export function faultIn(schema: ValueSchema, given: unknown, place: string): string | undefined {
  if ("enum" in schema) {
    if (schema.enum.includes(given as string)) return undefined;
    return `${place} must be one of ${schema.enum.join(", ")}${instead(given, schema.enum.map(String))}.`;
  }
  switch (schema.type) {
    case "boolean":
      return typeof given === "boolean" ? undefined : `${place} must be true or false.`;
    case "integer":
    case "number": {
      const isOfKind = schema.type === "integer" ? Number.isInteger(given) : Number.isFinite(given);
      if (isOfKind && Number(given) >= schema.minimum && Number(given) <= schema.maximum) return undefined;
      const kind = schema.type === "integer" ? "a whole number" : "a number";
      return `${place} must be ${kind} from ${schema.minimum} to ${schema.maximum}.`;
    }
    case "string": {
      const fits = typeof given === "string" && given.length <= schema.maxLength;
      if (fits && new RegExp(schema.pattern).test(given)) return undefined;
      return `${place} must be a text of at most ${schema.maxLength} characters: ${schema.description ?? schema.pattern}`;
    }
    case "array":
      return faultInList(schema, given, place);
    case "object":
      return faultInFields(schema, given, place);
    default:
      return schema satisfies never;
  }
}

function faultInList(schema: ListSchema, given: unknown, place: string): string | undefined {
  const { items, minItems, maxItems } = schema;
  if (!Array.isArray(given) || given.length < minItems || given.length > maxItems) {
    return `${place} must be a list of ${minItems} to ${maxItems} entries.`;
  }
  for (const [index, entry] of given.entries()) {
    const fault = faultIn(items, entry, `${place}[${index}]`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function faultInFields(schema: FieldsSchema, given: unknown, place: string): string | undefined {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return `${place} must be an object.`;
  const { properties, required = [] } = schema;
  const fields = Object.keys(properties);
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(properties, name)) {
      return `${place} has no field "${name.slice(0, 40)}"${instead(name, fields)}; it has ${fields.join(", ")}.`;
    }
    const fault = faultIn(properties[name]!, value, `${place}.${name}`);
    if (fault !== undefined) return fault;
  }
  const missing = required.find((name) => !Object.hasOwn(given, name));
  return missing === undefined ? undefined : `${place}.${missing} is missing.`;
}

function instead(given: unknown, words: readonly string[]): string {
  const word = typeof given === "string" ? nearest(given, words) : undefined;
  return word === undefined ? "" : ` (did you mean "${word}"?)`;
}

/** The word that was most likely meant; undefined when none is near. */
export function nearest(given: string, words: readonly string[]): string | undefined {
  const meant = given.slice(0, 40).toLowerCase();
  let best: string | undefined;
  let least = Math.max(2, Math.floor(meant.length / 3)) + 1;
  for (const word of words) {
    const steps = editsBetween(meant, word.toLowerCase());
    if (steps >= least) continue;
    least = steps;
    best = word;
  }
  return best;
}

/** Letters to add, remove or change (Levenshtein). */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}
