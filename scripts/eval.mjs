// Runs the scorecard of answers from its source.
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const file = fileURLToPath(new URL("../bench/eval/main.ts", import.meta.url));
const { module } = await runnerImport(file, { configFile: false, logLevel: "error" });
module.main(process.argv.slice(2));
