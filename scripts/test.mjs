// The test command: provides the Temporal servers, builds, type-checks and lints, then runs every test. Ends with a
// line `N passed, N failed, N skipped`, and with the names of what was skipped above it.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "autoops-test-"));
const summary = join(folder, "vitest.json");
const filters = process.argv.slice(2);

/**
 * What the tests run on is got beside the build: each is compiled or loaded where it is new, and quick where it is there.
 * A job tells for itself what it cannot get, and its tests are then named skips; only those that must be there fail.
 * PROVIDE names further npm scripts, separated by commas, that must succeed before the tests.
 */
const wants = (pattern) => filters.length === 0 || filters.some((filter) => pattern.test(filter));
const jobs = [
  { run: "node scripts/provide-temporal.mjs", must: true },
  ...(wants(/memory|learn/) ? [{ run: "node scripts/provide-memory.mjs" }] : []),
  ...(wants(/logs|sources/) ? [{ run: "node scripts/provide-services.mjs victoria-logs" }] : []),
  ...(wants(/tickets|jira/) ? [{ run: "node scripts/provide-jira.mjs" }] : []),
  ...(wants(/model/) ? [{ run: "node scripts/provide-model.mjs" }] : []),
  ...(process.env.PROVIDE ?? "")
    .split(",")
    .filter((script) => script !== "")
    .map((script) => ({ run: `npm run --silent ${script}`, must: true })),
].map(({ run, must = false }) => ({ run, must, process: spawn("sh", ["-c", run], { stdio: "inherit" }) }));
const provided = jobs.map(
  (job) => new Promise((resolve) => job.process.once("close", (status) => resolve({ ...job, status: status ?? 1 }))),
);

/** Steps that must hold before the tests; a run of chosen files skips the slow nets. */
const steps = ["build", ...(filters.length > 0 ? [] : ["typecheck", "lint"])];
for (const step of steps) {
  const { status } = spawnSync("npm", ["run", "--silent", step], { stdio: "inherit" });
  if (status !== 0) stop(`npm run ${step}`, status);
}
for (const { run, must, status } of await Promise.all(provided)) if (must && status !== 0) stop(run, status);

const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${summary}`];
const { status } = spawnSync("npx", ["vitest", "run", ...reporters, ...filters], { stdio: "inherit" });
let result;
try {
  result = JSON.parse(readFileSync(summary, "utf8"));
} catch {
  result = { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0 };
}
finish(result, status ?? 1);

function stop(what, status) {
  console.error(`test: ${what} failed`);
  for (const job of jobs) job.process.kill();
  finish({ numPassedTests: 0, numFailedTests: 1, numPendingTests: 0 }, status ?? 1);
}

function finish(result, status) {
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
