// Gets the Temporal servers that the tests run on into the cache, with progress. Quick when they are there.
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const file = fileURLToPath(new URL("../test/support/provide.ts", import.meta.url));
const { module } = await runnerImport(file, { configFile: false, logLevel: "error" });
const say = (text) => console.error(`temporal: ${text}`);

try {
  say(`dev server: ${await module.provideCli(say)}`);
  const server = await module.provideTestServer(say);
  say(`time-skipping server: ${server ?? "no java or mvn on PATH: the test package downloads its own build"}`);
} catch (error) {
  say(error.message);
  process.exitCode = 7;
}
