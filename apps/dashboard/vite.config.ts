import { defineConfig } from "vite";

// Preact needs no plugin: Vite compiles JSX itself. Everything is served by the gateway from dist/.
export default defineConfig({
  resolve: { conditions: ["depesche-source", "module", "browser", "default"] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: { target: "es2023", sourcemap: false },
});
