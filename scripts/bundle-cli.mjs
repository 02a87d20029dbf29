// Bundles the command line, at build time, into a few files: Node takes half a second to find, read and link hundreds
// of small modules, and a fifth of that for these. A module still finds what stands beside its compiled copy in `dist`.
import { rmSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { build } from "vite";

const root = resolve(import.meta.dirname, "..");
const source = join(root, "src");
const target = join(root, "dist");
const CHUNKS = "client/cli/chunks";
/** Pure JavaScript that most commands load; all else stays where npm put it. */
const WITHIN = ["canonicalize", "commander", "ipaddr.js", "jose", "minisearch", "picocolors", "re2js", "yaml", "zod"];
const DIST = "@dist/";
const packageOf = (id) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)[1].replace("/", "-");

const placed = {
  name: "placed",
  transform(code, id) {
    if (!id.startsWith(`${source}/`) || !/import\.meta\.(url|dirname)/.test(code)) return null;
    const compiled = `${DIST}${relative(source, id).replace(/\.ts$/, ".js")}`;
    return code
      .replaceAll("import.meta.url", `new URL(${JSON.stringify(compiled)}, import.meta.url).href`)
      .replaceAll("import.meta.dirname", `(import.meta.dirname + ${JSON.stringify(`/${dirname(compiled)}`)})`);
  },
  renderChunk(code, { fileName }) {
    return code.replaceAll(DIST, `${relative(dirname(fileName), ".") || "."}/`);
  },
};

rmSync(join(target, CHUNKS), { recursive: true, force: true });
await build({
  root,
  configFile: false,
  logLevel: "warn",
  publicDir: false,
  plugins: [placed],
  ssr: { noExternal: WITHIN },
  build: {
    ssr: true,
    target: "node20",
    outDir: target,
    emptyOutDir: false,
    minify: false,
    rolldownOptions: {
      input: { "client/cli/main": join(source, "client/cli/main.ts") },
      output: {
        format: "es",
        entryFileNames: "[name].js",
        chunkFileNames: `${CHUNKS}/[name].js`,
        // A file for each package: what a command loads can be seen.
        codeSplitting: {
          groups: [{ debugName: "packages", name: (id) => `package-${packageOf(id)}`, test: /node_modules/ }],
        },
      },
    },
  },
});
