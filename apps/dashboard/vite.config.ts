import { defineConfig } from "vite";

// Preact needs no plugin: Vite compiles JSX itself. Everything is served by the gateway from dist/.
export default defineConfig({
  resolve: { conditions: ["depesche-source", "module", "browser", "default"] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // The one page knows its two scripts; browsers that know es2023 need no help to preload them.
  build: { target: "es2023", sourcemap: false, modulePreload: false },
});
