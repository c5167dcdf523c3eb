// Requests and answers as people read them: JSON and XML with a line for each thing.

/** Longer texts stay as they came: laying them out would hold up the page. */
const LONGEST = 400_000;

/** The same JSON or XML, indented; whatever is neither stays as it is. */
export function pretty(text: string): string {
  if (text.length > LONGEST) return text;
  const start = text.trimStart()[0];
  if (start === "{" || start === "[") return prettyJson(text);
  if (start === "<") return prettyXml(text);
  return text;
}

function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text; // cut short where it was long
  }
}

function prettyXml(text: string): string {
  const lines: string[] = [];
  let depth = 0;
  // Comments and CDATA whole, since they may hold what looks like a tag.
  for (const [piece] of text.matchAll(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<[^>]*>|[^<]+/g)) {
    const closes = piece.startsWith("</");
    if (!piece.startsWith("<") && piece.trim() === "") continue;
    if (closes) depth = Math.max(0, depth - 1);
    const last = lines.at(-1) ?? "";
    const name = /^<\/([^\s>]+)/.exec(piece)?.[1];
    // `<a>text</a>` stays one line.
    if (closes && name !== undefined && last.trimStart().startsWith(`<${name}`) && !last.includes("</")) {
      lines[lines.length - 1] = last + piece;
    } else if (!piece.startsWith("<") && /<[^/!?][^>]*[^/]>$|<\w>$/.test(last)) {
      lines[lines.length - 1] = last + piece.trim();
    } else {
      lines.push("  ".repeat(depth) + piece.trim());
    }
    if (/^<[^/!?]/.test(piece) && !piece.endsWith("/>")) depth++;
  }
  return lines.join("\n");
}
