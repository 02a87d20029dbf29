// The test command: provides the Temporal servers, builds, type-checks and lints, then runs every test. Ends with a
// line `N passed, N failed, N skipped`, and with the names of what was skipped above it.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "autoops-test-"));
const summary = join(folder, "vitest.json");
const filters = process.argv.slice(2);

/** Steps that must hold before the tests; a run of chosen files skips the slow nets. */
const steps = [
  ["node", ["scripts/provide-temporal.mjs"]],
  ["npm", ["run", "--silent", "build"]],
  ...(filters.length > 0
    ? []
    : [
        ["npm", ["run", "--silent", "typecheck"]],
        ["npm", ["run", "--silent", "lint"]],
      ]),
];

// Compiles for two minutes where it is new: beside the rest. It tells for itself what it cannot get.
const wantsMemory = filters.length === 0 || filters.some((filter) => /memory|learn/.test(filter));
const memory = wantsMemory ? spawn("node", ["scripts/provide-memory.mjs"], { stdio: "inherit" }) : undefined;
const provided = new Promise((resolve) => (memory === undefined ? resolve() : memory.once("close", resolve)));

// Half a minute where it is new. Without it the tests on a real log store are named skips.
const wantsLogs = filters.length === 0 || filters.some((filter) => /logs|sources/.test(filter));
const logs = wantsLogs
  ? spawn("node", ["scripts/provide-services.mjs", "victoria-logs"], { stdio: "inherit" })
  : undefined;
const logsProvided = new Promise((resolve) => (logs === undefined ? resolve() : logs.once("close", resolve)));

// A few seconds where it is new; without Python its tests are skipped by name.
const wantsJira = filters.length === 0 || filters.some((filter) => /tickets|jira/.test(filter));
if (wantsJira) spawnSync("node", ["scripts/provide-jira.mjs"], { stdio: "inherit" });

// The same: llama.cpp's server and a model of 100 MB.
const wantsModel = filters.length === 0 || filters.some((filter) => /model/.test(filter));
if (wantsModel) spawnSync("node", ["scripts/provide-model.mjs"], { stdio: "inherit" });

for (const [program, args] of steps) {
  const { status } = spawnSync(program, args, { stdio: "inherit" });
  if (status === 0) continue;
  console.error(`test: ${program} ${args.join(" ")} failed`);
  finish({ numPassedTests: 0, numFailedTests: 1, numPendingTests: 0 }, status ?? 1);
}

await provided;
await logsProvided;
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${summary}`];
const { status } = spawnSync("npx", ["vitest", "run", ...reporters, ...filters], { stdio: "inherit" });
let result;
try {
  result = JSON.parse(readFileSync(summary, "utf8"));
} catch {
  result = { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0 };
}
finish(result, status ?? 1);

function finish(result, status) {
  memory?.kill();
  logs?.kill();
  const files = result.testResults ?? [];
  for (const line of slowest(files)) console.log(line);
  const skipped = named(files, ["pending", "skipped", "todo"]);
  for (const name of skipped) console.log(`skipped: ${name}`);
  // Last, for a log that is cut keeps its end.
  for (const name of named(files, ["failed"])) console.log(`failed: ${name}`);
  for (const file of files)
    if (file.status === "failed" && file.assertionResults.length === 0)
      console.log(`failed: ${relative(".", file.name)}`);
  rmSync(folder, { recursive: true, force: true });
  const failed = Math.max(result.numFailedTests, status === 0 ? 0 : 1);
  console.log(`${result.numPassedTests} passed, ${failed} failed, ${skipped.length} skipped`);
  process.exit(failed === 0 ? 0 : 1);
}

function named(files, states) {
  return files.flatMap((file) =>
    file.assertionResults.filter((test) => states.includes(test.status)).map((test) => test.fullName),
  );
}

/** The ten files that took longest: where to look when the whole is too slow. */
function slowest(files) {
  return files
    .map((file) => ({ seconds: Math.round((file.endTime - file.startTime) / 1000), name: relative(".", file.name) }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, 10)
    .map((file) => `slow: ${file.seconds} s ${file.name}`);
}
