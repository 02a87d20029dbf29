// Runs the benchmark of root causes from its source.
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const file = fileURLToPath(new URL("../bench/rca.ts", import.meta.url));
const { module } = await runnerImport(file, { configFile: false, logLevel: "error" });
module.main();
