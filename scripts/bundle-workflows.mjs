// Bundles the workflows once, at build time: a worker then starts in a quarter of a second instead of one to three.
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode } from "@temporalio/worker";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const silent = { log() {}, trace() {}, debug() {}, info() {}, warn: console.error, error: console.error };
const { code } = await bundleWorkflowCode({ workflowsPath: `${dist}workflows/index.js`, logger: silent });
await writeFile(`${dist}workflow-bundle.js`, code);
