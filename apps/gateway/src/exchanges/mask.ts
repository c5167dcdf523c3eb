// No secret is kept with a request: passwords in XML (any prefix, CDATA, SOAP's references), JSON and forms, credentials in URLs and header lines.

const MASK = "***";
/** Names that end so: also access_token (RFC 6750 section 2.3), clientSecret, X-Api-Key. */
const SECRET = "[\\w.-]{0,40}(?:password|passwort|kennwort|passwd|pwd|secret|token|api[_-]?key)";
const NAME = `(?:[^\\s<>/:"'=]+:)?(?:${SECRET})`;
/** Bounded, so that no text makes the search slow. */
const ATTRIBUTES = `(?:\\s(?:[^>"']|"[^"]{0,4000}"|'[^']{0,4000}'){0,4000})?`;
/** What stands between two tags: CDATA, comments and instructions may hold what looks like the end. */
const inside = (end: string) =>
  `(?:<!\\[CDATA\\[[\\s\\S]*?(?:\\]\\]>|$)|<!--[\\s\\S]*?(?:-->|$)|<\\?[\\s\\S]*?(?:\\?>|$)|(?!${end})[\\s\\S])*`;

const ELEMENT = new RegExp(`<(${NAME})(${ATTRIBUTES})>(${inside("</\\1\\s*>")})`, "gi");
const OPENING = new RegExp(`<${NAME}(${ATTRIBUTES})>`, "gi");
const REFERENCE = /\s(?:[^\s=:]+:)?href\s*=\s*(?:"#([^"]+)"|'#([^']+)')/i;
const JSON_MEMBER = new RegExp(`("(?:${SECRET})"\\s*:\\s*)(?:"(?:[^"\\\\]|\\\\[\\s\\S])*(?:"|$)|-?\\d[\\w.+-]*)`, "gi");
const FORM_PART = new RegExp(
  `(name="?(?:${SECRET})"?[^\\r\\n]{0,200}\\r?\\n(?:[^\\r\\n]{1,200}\\r?\\n){0,10}\\r?\\n)([\\s\\S]*?)(?=\\r?\\n--|$)`,
  "gi",
);
/** Up to the next field; quotes, semicolons and what XML and JSON write with several characters may be part of a value. */
const FORM_FIELD = new RegExp(
  `((?:^|[?&;\\s]|&amp;)(?:${SECRET})=)(?:[^&\\s"<>\\\\]|\\\\[^\\s]|&(?:#\\w+|lt|gt|quot|apos);)+`,
  "gi",
);
const ATTRIBUTE = new RegExp(`(\\s${NAME}\\s*=\\s*)(?:"[^"]*(?:"|$)|'[^']*(?:'|$))`, "gi");
/** JSON may write a solidus with a backslash before it. The last @ before the path ends it. */
const USER_INFO = /(:(?:\\?\/){2})[^/\\?#\s"<>]{1,2000}@/g;

const HEADER_SECRET = /authorization|cookie|password|secret|token|api-?key|signature/i;
/** Header lines of the connection and of browsers, which tell nothing about a job. */
const HEADER_NOISE =
  /^(connection|keep-alive|accept-encoding|accept-language|cache-control|pragma|dnt|sec-.*|upgrade.*|te|priority)$/i;
/** A call has few parts that are secret. */
const MOST_REFERENCES = 20;
const MOST_HEADERS = 40;
const MOST_HEADER_TEXT = 500;

/** The text of a body without its secrets. */
export function maskBody(text: string): string {
  return maskReferences(text)
    .replace(ELEMENT, (whole, name: string, attributes: string, content: string) =>
      attributes.endsWith("/") || content === "" ? whole : `<${name}${attributes}>${MASK}`,
    )
    .replace(JSON_MEMBER, `$1"${MASK}"`)
    .replace(FORM_PART, `$1${MASK}`)
    .replace(ATTRIBUTE, `$1"${MASK}"`)
    .replace(FORM_FIELD, `$1${MASK}`)
    .replace(USER_INFO, `$1${MASK}@`);
}

/** A path with its query. The feed takes an API key as `key` there, so others may come with it as well. */
export function maskPath(path: string): string {
  return maskBody(path).replace(/([?&]key=)[^&]+/gi, `$1${MASK}`);
}

/** SOAP 1.1 section 5.4.1: a part may stand elsewhere, under an id that the part refers to, and there again be a reference. */
function maskReferences(text: string): string {
  const ids = new Set<string>();
  for (const [, attributes] of text.matchAll(OPENING)) addReference(ids, attributes);
  let masked = text;
  for (const id of ids) {
    if (ids.size > MOST_REFERENCES) return masked.replace(targetOf(`[^"']*`), `$1${MASK}`);
    let isThere = false;
    const hide = (whole: string, opening: string) => {
      isThere = true;
      addReference(ids, opening);
      return whole === opening ? whole : `${opening}${MASK}`;
    };
    masked = masked.replace(targetOf(id.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")), hide);
    // Written with character references on one side: any may be the one.
    if (!isThere) return masked.replace(targetOf(`[^"']*`), `$1${MASK}`);
  }
  return masked;
}

function addReference(ids: Set<string>, attributes: string | undefined): void {
  const found = REFERENCE.exec(attributes ?? "");
  const id = found?.[1] ?? found?.[2];
  if (id !== undefined) ids.add(id);
}

/** Elements with such an id: their opening tag and, unless they are empty, what they hold. */
const targetOf = (id: string) =>
  new RegExp(
    `(<([^\\s<>/!?]+)(?:\\s(?:[^>"']|"[^"]{0,4000}"|'[^']{0,4000}'){0,4000}?)?\\sid\\s*=\\s*["']${id}["']${ATTRIBUTES}>)((?<=/>)|${inside("</\\2\\s*>")})`,
    "g",
  );

/** Header lines that tell something, without credentials: of Authorization its scheme stays. */
export function maskHeaders(headers: Iterable<[string, string]>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (Object.keys(kept).length >= MOST_HEADERS) break;
    if (HEADER_NOISE.test(name)) continue;
    const scheme = /authorization/i.test(name) ? /^[A-Za-z][\w-]{0,20}(?= )/.exec(value)?.[0] : undefined;
    kept[name] = HEADER_SECRET.test(name)
      ? [scheme, MASK].filter((part) => part !== undefined).join(" ")
      : value.replace(USER_INFO, `$1${MASK}@`).slice(0, MOST_HEADER_TEXT);
  }
  return kept;
}
