// Words have long names for those who write them, and each stands in both tables and wherever it is said: browsers get
// short ones. Types have checked the names before; here is made sure that nothing but words is renamed.

import { readdirSync, readFileSync } from "node:fs";
import type { Plugin } from "vite";

/** `src`: the folder of the sources, with the words in German in `words/de`. */
export function shortWords(src: string): Plugin {
  const sources = readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path))
    .map((path) => ({ path, text: readFileSync(`${src}/${path}`, "utf8") }));
  const names = sources
    .filter(({ path }) => path.startsWith("words/de/"))
    .flatMap(({ text }) => [...text.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name as string));
  const others = sources
    .filter(({ path }) => !path.startsWith("words/"))
    .map(({ text }) => text)
    .join("\n");
  // What is put together while it runs (`gloss${outcome}`), or is a name of something else, too, stays as it is.
  const heads = [...others.matchAll(/`([a-z]\w*)\$\{/g)].map(([, head]) => head as string);
  const elsewhere = new Set(others.match(/(?<!")\b\w+\b|\b\w+\b(?!")/g));
  const short = new Map(
    names
      .filter((name) => /[A-Z]/.test(name) && !elsewhere.has(name) && !heads.some((head) => name.startsWith(head)))
      .map((name, index) => [name, `$${index.toString(36)}`]),
  );
  return {
    name: "short-words",
    enforce: "pre",
    transform(code, id) {
      if (!id.startsWith(src)) return undefined;
      const isTable = id.startsWith(`${src}/words/`);
      const pattern = isTable ? /^( {2})(\w+)(:)/gm : /(")(\w+)(")/g;
      return code.replace(pattern, (all, before: string, name: string, after: string) => {
        const other = short.get(name);
        return other === undefined ? all : before + other + after;
      });
    },
  };
}
