// Counts a log of many lines: `node bench/logs.mjs [--lines 5000000]` writes about 120 bytes a line to a folder of its own, reads
// them with the log collector, and prints lines a second and the most memory that was resident. No time limit: it is no test.
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const file = fileURLToPath(new URL("logs.ts", import.meta.url));
const { module } = await runnerImport(file, { configFile: false, logLevel: "error" });
await module.main(process.argv.slice(2));
