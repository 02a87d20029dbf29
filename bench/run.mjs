// Runs the benchmarks: TypeScript as it stands, without a build step of its own. `--help` says how.
import { fileURLToPath } from "node:url";
import { createServer, createServerModuleRunner } from "vite";

const isWorker = process.argv[2] === "--parked-worker";
const file = fileURLToPath(new URL(isWorker ? "parked-worker.ts" : "main.ts", import.meta.url));
// Not `runnerImport`, which ends with the import: the program loads some packages only when it needs them.
const vite = await createServer({
  configFile: false,
  logLevel: "error",
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
});
const runner = createServerModuleRunner(vite.environments.ssr, { hmr: false });
try {
  const { main } = await runner.import(file);
  process.exitCode = await main(process.argv.slice(isWorker ? 3 : 2));
} finally {
  await runner.close();
  await vite.close();
}
