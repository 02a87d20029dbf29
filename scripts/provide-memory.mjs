// Gets the package that memory is kept with into the cache, with progress: about two minutes once, where it is compiled.
// Where it cannot be had this says why and succeeds: the tests that need it are then skipped by name.
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const file = fileURLToPath(new URL("../test/support/provide.ts", import.meta.url));
const { module } = await runnerImport(file, { configFile: false, logLevel: "error" });
const say = (text) => console.error(`memory: ${text}`);

try {
  say(`the package is there (${await module.provideMemoryLibrary(say)})`);
} catch (error) {
  say(`${error.message}\nthe tests that need it will be skipped`);
}
