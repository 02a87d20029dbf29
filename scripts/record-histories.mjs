// Records a history for each scenario that has none yet. What is kept is never recorded again: a change of the
// workflows that breaks it needs `patched()`, not a new recording.
import { fileURLToPath } from "node:url";
import { createServer, createServerModuleRunner } from "vite";

const file = fileURLToPath(new URL("../test/replay/record.ts", import.meta.url));
const vite = await createServer({
  configFile: false,
  logLevel: "error",
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
});
const runner = createServerModuleRunner(vite.environments.ssr, { hmr: false });
try {
  const { recordMissing } = await runner.import(file);
  const recorded = await recordMissing((text) => console.log(text));
  if (recorded.length === 0) console.log("nothing is missing");
} finally {
  await runner.close();
  await vite.close();
}
