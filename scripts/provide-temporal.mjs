// Gets the Temporal servers that the tests run on into the cache, with progress. Quick when they are there.
import { fileURLToPath } from "node:url";
import { createServer } from "vite";

const file = fileURLToPath(new URL("../test/support/provide.ts", import.meta.url));
// Not `runnerImport`: it is closed before the parts that are loaded only where they are needed (the download).
const vite = await createServer({
  configFile: false,
  logLevel: "error",
  server: { middlewareMode: true, ws: false, watch: null },
});
const module = await vite.ssrLoadModule(file);
const say = (text) => console.error(`temporal: ${text}`);

try {
  say(`dev server: ${await module.provideCli(say)}`);
  const server = await module.provideTestServer(say);
  say(`time-skipping server: ${server ?? "no java or mvn on PATH: the test package downloads its own build"}`);
} catch (error) {
  say(error.message);
  process.exitCode = 7;
}
await vite.close();
