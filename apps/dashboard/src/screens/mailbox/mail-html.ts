// A mail's HTML made fit to be looked at: nothing in it runs, nothing in it is fetched, nothing leads anywhere.
//
// The frame it is shown in has no scripts (sandbox), and the page's own policy, which the frame inherits, allows neither
// inline styles nor anything from another host. So styles are taken out here and set from outside through the object
// model, which the policy does not cover; what would be fetched is taken out too, so that it can be said, and counted.

const GONE =
  "script, link, meta, base, iframe, frame, frameset, object, embed, applet, portal, template, style, animate, set";
/** Attributes that name something to be fetched or gone to. */
const POINTERS = [
  "src",
  "srcset",
  "href",
  "xlink:href",
  "background",
  "poster",
  "data",
  "action",
  "formaction",
  "ping",
];
const STYLED = "data-styled";
const STYLE = "data-style";

export interface CleanMail {
  /** For srcdoc. */
  html: string;
  /** Declarations of the elements marked `data-styled`, by that number. */
  inline: string[];
  /** Contents of style elements. */
  sheets: string[];
  /** Things at other places that are not fetched. */
  remote: number;
}

/** The frame's own policy, beside the inherited one: were a cleaning rule to fail, nothing would be fetched all the same. */
const POLICY = "default-src 'none'; img-src data:; form-action 'none'; base-uri 'none'";

// Lengths are bounded, since a mail may be made to take for ever. What is longer is stopped by the policy, unsaid.
const REMOTE_CSS =
  /url\(\s{0,9}(?:"[^"]{0,2000}"|'[^']{0,2000}'|[^)]{0,2000})\s{0,9}\)|@import[^;]{0,2000};?|image-set\([^)]{0,2000}\)/gi;

/** CSS without escapes, under which `url` might hide (`u\\72l`). What it says is what is looked at, and then used. */
function unescaped(css: string): string {
  return css
    .replace(/\\([\da-f]{1,6})\s?/gi, (_, hex: string) => {
      const code = Number.parseInt(hex, 16);
      return code > 0x10ffff ? "" : String.fromCodePoint(code);
    })
    .replaceAll("\\", "");
}

/** Styles without what they would fetch. Pictures within the mail stay. */
export function cleanCss(css: string): { css: string; remote: number } {
  let remote = 0;
  const clean = unescaped(css).replace(REMOTE_CSS, (found) => {
    if (/^url\(\s*["']?data:image\//i.test(found)) return found;
    remote++;
    return found.startsWith("@") ? "" : "none";
  });
  return { css: clean, remote };
}

/**
 * The parser of the page complains of every inline style and handler, though it runs none of them: they get other names
 * before. What this misses (it knows no HTML) costs a line on the console and no more.
 */
function quietened(html: string, sheets: string[]): string {
  let rest = "";
  let from = 0;
  for (;;) {
    const opens = html.slice(from).search(/<style\b/i);
    const start = opens < 0 ? -1 : html.indexOf(">", from + opens) + 1;
    const length = start <= 0 ? -1 : html.slice(start).search(/<\/style/i);
    if (length < 0) break;
    rest += html.slice(from, from + opens);
    sheets.push(html.slice(start, start + length));
    from = html.indexOf(">", start + length) + 1 || html.length;
  }
  return (rest + html.slice(from)).replace(/<[a-z][^<>]*>/gi, (tag) =>
    tag.replace(/([\s"'/])style(\s*=)/gi, `$1${STYLE}$2`).replace(/([\s"'/])on(\w+\s*=)/gi, "$1data-on-$2"),
  );
}

/** The mail's own pictures stand in `html` as data URLs. */
export function cleanMail(html: string): CleanMail {
  const inline: string[] = [];
  const found: string[] = [];
  const mail = new DOMParser().parseFromString(quietened(html, found), "text/html");
  let remote = 0;
  const keepCss = (text: string): string => {
    const clean = cleanCss(text);
    remote += clean.remote;
    return clean.css;
  };
  for (const style of mail.querySelectorAll("style")) found.push(style.textContent ?? "");
  const sheets = found.map(keepCss);
  remote += mail.querySelectorAll(
    "script[src], link[rel~='stylesheet' i], iframe[src], object[data], embed[src]",
  ).length;
  for (const gone of mail.querySelectorAll(GONE)) gone.remove();
  for (const control of mail.querySelectorAll("button, input, select, textarea")) control.setAttribute("disabled", "");
  for (const element of mail.querySelectorAll("*")) {
    for (const { name, value } of [...element.attributes]) {
      if (name.startsWith("on") || name === "autofocus") element.removeAttribute(name);
      else if (name === "style" || name === STYLE) {
        element.removeAttribute(name);
        element.setAttribute(STYLED, String(inline.push(keepCss(value)) - 1));
      } else if (POINTERS.includes(name)) remote += point(element, name, value);
    }
  }
  const head = `<meta http-equiv="Content-Security-Policy" content="${POLICY}"><meta name="referrer" content="no-referrer">`;
  return { html: `<!doctype html><html><head>${head}</head>${mail.body.outerHTML}</html>`, inline, sheets, remote };
}

/** Leaves what lies within the mail, takes away what does not. Answers how much would have been fetched. */
function point(element: Element, name: string, value: string): number {
  const target = value.trim();
  if (name === "src" && /^data:image\//i.test(target)) return 0;
  element.removeAttribute(name);
  if (name === "href" && element.localName === "a") {
    // Where it would lead stands there to be read.
    element.setAttribute("title", target);
    element.setAttribute("data-link", "");
    return 0;
  }
  return target === "" || /^cid:/i.test(target) || name === "action" || name === "formaction" ? 0 : 1;
}

/** Sets the styles taken out before, from outside. A rule the browser does not take is left out by it. */
export function dress(frame: HTMLIFrameElement, { inline, sheets }: CleanMail): void {
  const page = frame.contentDocument;
  const view = frame.contentWindow as (Window & typeof globalThis) | null;
  if (!page || !view) return;
  const own =
    ":root{color-scheme:light;background:#fff;font:14px/1.45 system-ui,sans-serif}[data-link]{color:#1d4fc4;text-decoration:underline}";
  page.adoptedStyleSheets = [own, ...sheets].map((css) => {
    const sheet = new view.CSSStyleSheet();
    sheet.replaceSync(css);
    return sheet;
  });
  for (const element of page.querySelectorAll<HTMLElement>(`[${STYLED}]`)) {
    const css = inline[Number(element.getAttribute(STYLED))];
    if (css !== undefined && element.style) element.style.cssText = css;
  }
}
