/** The built program on a pseudo-terminal: the question at a gate, the redrawn table, Ctrl-C. */
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ASKING, policyWith, writeFile } from "../client/cli/support/graphs.js";
import { autoops, endAll, folderWithHome, type Running, start } from "../client/cli/support/program.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

// Each command is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

/** util-linux: runs a command on a terminal of its own and hands its exit code on. */
const hasTerminal = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") === true;
const onTerminal = hasTerminal ? test : test.skip;
const why = hasTerminal ? "" : " (skipped: util-linux script is absent)";
const under = (argv: string[]) => ["script", "-qefc", argv.map((word) => `'${word}'`).join(" "), "/dev/null"];

let server: TestDevServer;
let env: Record<string, string>;
let worker: Running | undefined;
let asking: string;
let remove: () => void = () => undefined;

beforeAll(async () => {
  if (!hasTerminal) return;
  server = await startTestDevServer();
  const made = folderWithHome();
  remove = made.remove;
  env = { AUTOOPS_HOME: made.home, TEMPORAL_ADDRESS: server.address, AUTOOPS_LOG_LEVEL: "warn", TERM: "xterm" };
  writeFile(made.home, "safety.yaml", policyWith(60));
  asking = writeFile(made.folder, "asking.yaml", ASKING);
  worker = start(["worker", "--json", "--end-with-parent"], { env });
  await worker.until(/"ok": true/);
});

afterAll(async () => {
  worker?.signal("SIGTERM");
  await worker?.ended;
  endAll();
  await server?.stop();
  remove();
});

async function askedHere(): Promise<Running> {
  const run = start(["run", asking], { env, under });
  await run.until(/Approve\? \[y\/N\]/);
  return run;
}

onTerminal(`y at the question approves: the table is redrawn and the run ends with 0${why}`, async () => {
  const run = await askedHere();
  expect(run.stdout()).toContain("y or n, here");
  run.write("y\n");
  const ended = await run.ended;
  expect(ended.stdout).toContain("approved");
  expect(ended.stdout).toMatch(/\u001b\[\d+A\u001b\[0J/);
  expect(ended.stdout).toContain("The run succeeded; nothing of note");
  expect(ended.code).toBe(0);
});

onTerminal(`approve shows what it signs and asks; Enter alone signs nothing, y signs${why}`, async () => {
  const run = start(["run", asking, "--detach"], { env });
  const [, runId = ""] = await run.until(/(ask-a-person-\w+)/);
  await run.ended;
  const asked = async (): Promise<Running> => {
    const approve = start(["approve", runId, "review"], { env, under });
    await approve.until(/Sign exactly this\? \[y\/N\]/);
    for (const part of ["review", "environment", "asked by", "deadline", "digest"]) {
      expect(approve.stdout(), part).toContain(part);
    }
    return approve;
  };
  const unsure = await asked();
  unsure.write("\n");
  expect(await unsure.ended).toMatchObject({ code: 1, stdout: expect.stringContaining("nothing was signed") });
  const sure = await asked();
  sure.write("y\n");
  expect(await sure.ended).toMatchObject({ code: 0, stdout: expect.stringContaining("approved") });
});

onTerminal(`Enter alone is no: the action is rejected, exit 4${why}`, async () => {
  const run = await askedHere();
  run.write("\n");
  const ended = await run.ended;
  expect(ended.code).toBe(4);
  expect(ended.stdout).toContain("A person rejected an action");
});

onTerminal(`what was typed before the question answers nothing${why}`, async () => {
  const run = start(["run", asking], { env, under });
  await run.until(/ask-a-person-/);
  run.write("y\ny");
  await run.until(/Approve\? \[y\/N\]/);
  run.write("n\n");
  expect((await run.ended).code).toBe(4);
});

onTerminal(`answered elsewhere, the question goes away and the run goes on${why}`, async () => {
  const run = await askedHere();
  const [, runId = ""] = await run.until(/approve (ask-a-person-\w+) review/);
  expect((await autoops(["approve", runId, "review", "--yes"], { env })).code).toBe(0);
  expect((await run.ended).code).toBe(0);
});

onTerminal(`Ctrl-C at the question answers nothing: detached, exit 130, the gate still open${why}`, async () => {
  const run = await askedHere();
  const [, runId = ""] = await run.until(/approve (ask-a-person-\w+) review/);
  run.write("\u0003");
  const ended = await run.ended;
  expect(ended.code).toBe(130);
  expect(ended.stdout).toContain(`autoops watch ${runId}`);
  const status = await autoops(["status", runId, "--json"], { env });
  const { run: view } = JSON.parse(status.stdout) as { run: { gates: Array<{ status: string; votes: unknown[] }> } };
  expect(view.gates).toEqual([expect.objectContaining({ status: "open", votes: [] })]);
  expect((await autoops(["cancel", runId], { env })).code).toBe(0);
});
