// XML 1.0 with namespaces on top of sax: bounded, without DTD and processing instructions, faults thrown as SoapRefusal.
import sax from "sax";
import type { SoapLimits } from "./limits.ts";
import { type SoapProblemCode, SoapRefusal } from "./problem.ts";

export interface Element {
  local: string;
  /** Empty when the name is in no namespace. */
  namespace: string;
  /** 1 for the root. */
  depth: number;
  attributes: readonly Attribute[];
}

export interface Attribute {
  local: string;
  /** Empty for attributes without prefix (Namespaces in XML, section 6.2). */
  namespace: string;
  value: string;
}

export interface MarkupHandler {
  open(element: Element): void;
  text(text: string): void;
  close(depth: number): void;
}

export interface Markup {
  /** Text of the document in order. Throws SoapRefusal. */
  write(text: string): void;
  /** Throws SoapRefusal when the document is not complete. */
  end(): void;
  /** Characters taken so far. */
  readonly position: number;
}

/** The five names of XML 1.0 section 4.6; without a prototype, so that "&constructor;" is no entity. */
const ENTITIES: Record<string, string> = Object.assign(Object.create(null), {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
});

type Scope = Map<string, string> | undefined;

export function createMarkup(limits: SoapLimits, handler: MarkupHandler): Markup {
  const parser = sax.parser(true, { position: true });
  parser.ENTITIES = ENTITIES;
  const scopes: Scope[] = [];
  let attributes = new Map<string, string>();
  let elements = 0;

  function refuse(problem: SoapProblemCode, detail: string): never {
    throw new SoapRefusal(problem, `${detail} (line ${parser.line + 1}, column ${parser.column})`);
  }

  parser.onerror = (error) => {
    const reason = error.message.split("\n", 1)[0] ?? "";
    if (/doctype/i.test(reason)) refuse("doctype-refused", "A document type declaration is not accepted.");
    refuse("not-well-formed", `The body is not well-formed XML: ${reason}`);
  };
  parser.ondoctype = () => refuse("doctype-refused", "A document type declaration is not accepted.");
  parser.onsgmldeclaration = () => refuse("not-well-formed", "The body is not well-formed XML: a stray declaration");
  parser.onprocessinginstruction = ({ name }) => {
    // The XML declaration reaches us the same way, but only at the very start.
    if (name !== "xml" || elements > 0) refuse("instruction-refused", "Processing instructions are not accepted.");
  };
  parser.onopentagstart = () => {
    attributes = new Map();
    // sax takes a second root for good.
    if (scopes.length === 0 && elements > 0) refuse("not-well-formed", "The body has more than one root element.");
    if (scopes.length >= limits.depth) refuse("too-deep", `Elements are nested deeper than ${limits.depth}.`);
    if (++elements > limits.elements) refuse("too-many-elements", `More than ${limits.elements} elements.`);
  };
  parser.onattribute = ({ name, value }) => {
    if (attributes.size >= limits.attributes)
      refuse("too-many-attributes", `More than ${limits.attributes} attributes.`);
    if (attributes.has(name)) refuse("not-well-formed", `The attribute ${name.slice(0, 40)} stands there twice.`);
    attributes.set(name, value);
    // sax asks its own plain object for names already seen; kept empty, no name of a caller's can disturb it.
    delete parser.tag.attributes[name];
  };
  parser.onopentag = (tag) => {
    scopes.push(declarations(attributes));
    const { prefix, local } = split(tag.name);
    handler.open({
      local,
      namespace: lookUp(scopes, prefix),
      depth: scopes.length,
      attributes: [...attributes].map(([name, value]) => attribute(scopes, name, value)),
    });
  };
  parser.onclosetag = () => {
    handler.close(scopes.length);
    scopes.pop();
  };
  parser.ontext = (text) => handler.text(text);
  parser.oncdata = (text) => handler.text(text);

  return {
    write(text) {
      parser.write(text);
    },
    end() {
      parser.close();
      if (elements === 0) throw new SoapRefusal("not-well-formed", "The body is empty or holds no XML.");
    },
    get position() {
      return parser.position;
    },
  };
}

function declarations(attributes: ReadonlyMap<string, string>): Scope {
  let scope: Scope;
  for (const [name, value] of attributes) {
    if (name !== "xmlns" && !name.startsWith("xmlns:")) continue;
    scope ??= new Map();
    scope.set(name === "xmlns" ? "" : name.slice(6), value);
  }
  return scope;
}

function attribute(scopes: readonly Scope[], name: string, value: string): Attribute {
  const { prefix, local } = split(name);
  return { local, namespace: prefix === "" ? "" : lookUp(scopes, prefix), value };
}

function split(name: string): { prefix: string; local: string } {
  const colon = name.lastIndexOf(":");
  return colon < 0 ? { prefix: "", local: name } : { prefix: name.slice(0, colon), local: name.slice(colon + 1) };
}

/** An undeclared prefix is no namespace: callers who write their XML by hand forget declarations, and only names matter here. */
function lookUp(scopes: readonly Scope[], prefix: string): string {
  for (let i = scopes.length - 1; i >= 0; i--) {
    const uri = scopes[i]?.get(prefix);
    if (uri !== undefined) return uri;
  }
  return "";
}
