/** Builds the page into static files: no inline script, no data URI, nothing from another host. */
import { defineConfig } from "vite";

export default defineConfig({
  root: "src/client/web",
  base: "/",
  build: {
    outDir: "../../../dist/web",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  logLevel: "warn",
});
