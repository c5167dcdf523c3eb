import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { shortWords } from "./short-words.ts";

// Preact needs no plugin: Vite compiles JSX itself. Everything is served by the gateway from dist/.
export default defineConfig({
  plugins: [plainImports(), shortWords(fileURLToPath(new URL("src", import.meta.url)))],
  resolve: { conditions: ["depesche-source", "module", "browser", "default"] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // The one page knows its two scripts; browsers that know es2023 need no help to preload them.
  build: { target: "es2023", sourcemap: false, modulePreload: false },
});

/** The tables of words bring no styles with them: their import needs nothing of the code that waits for those. */
function plainImports(): Plugin {
  return {
    name: "plain-imports",
    enforce: "pre",
    load: (id) => (id.includes("vite/preload-helper") ? "export const __vitePreload = (load) => load();" : undefined),
  };
}
