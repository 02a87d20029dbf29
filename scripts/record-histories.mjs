// Records a history for each scenario that has none yet. What is kept is never recorded again: a change of the
// workflows that breaks it needs `patched()`, not a new recording.
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const file = fileURLToPath(new URL("../test/replay/record.ts", import.meta.url));
const { module } = await runnerImport(file, { configFile: false, logLevel: "error" });
const recorded = await module.recordMissing((text) => console.log(text));
if (recorded.length === 0) console.log("nothing is missing");
