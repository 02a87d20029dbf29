/**
 * The model planner against a real llama.cpp server with a small real model: that strict schemas are kept, that answers are
 * cut off and read, and that repairs are asked for. What it plans is worth nothing, and nothing here says otherwise.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { cacheDirectory } from "../../../../src/platform/temporal/cache.js";
import { REPAIRS_MAX } from "../../../../src/vocabulary/model-limits.js";
import { openPolicy } from "../../../support/adversarial.js";
import { createTestPlanner, type TestPlanner } from "../../../support/model-planner.js";
import { freePort, hasSlowServices } from "../../../support/services.js";

/** Where `scripts/provide-model.mjs` puts it. */
const FOLDER = join(cacheDirectory(process.env) ?? "/nonexistent", "services", "xllamacpp-2026.10.11549");
const isThere = existsSync(join(FOLDER, "complete"));
// Minutes of two whole cores: beside the other slow services, not in each run.
const isAsked = isThere && hasSlowServices;
const without = isAsked ? "" : " (skipped: minutes of work; npm run provide:model, then npm run test:services)";
const SERVER = resolve(import.meta.dirname, "../../../support/llama-server.py");

describe.skipIf(!isAsked)(`a real small model${without}`, () => {
  let child: ChildProcess;
  let url = "";
  const planners: TestPlanner[] = [];

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}/v1`;
    child = spawn(join(FOLDER, "bin", "python3"), [SERVER, String(port)], { stdio: "ignore" });
    const isReady = async () => expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    await vi.waitFor(isReady, { timeout: 60_000, interval: 200 });
  }, 90_000);
  afterEach(async () => {
    for (const planner of planners.splice(0)) await planner.dispose();
  });
  afterAll(async () => {
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await ended;
  });

  /** One tool only: a small model reads few words. */
  async function planner(model: object): Promise<TestPlanner> {
    const policy = openPolicy({ allowed_hosts: ["127.0.0.1"] });
    const fixedPolicy = {
      ...policy,
      tools: { ...policy.tools, allowed: ["echo"] },
      node_types: { allowed: ["analysis" as const, "wait" as const], blocked: [] },
    };
    const made = await createTestPlanner(url, {
      fixedPolicy,
      model: { timeout_seconds: 600, temperature: 0, ...model },
    });
    planners.push(made);
    return made;
  }

  const callsOf = ({ events }: TestPlanner) => events.filter((event) => event.kind === "call");

  test("answers in the strict form that is asked for, which ends in a checked graph or in problems of the check", async () => {
    const own = await planner({ max_output_tokens: 700 });
    const result = await own.plan({ goal: "say hello with echo" });
    for (const { input, output } of callsOf(own)) {
      expect(input).toBeGreaterThan(100);
      expect(output).toBeGreaterThan(0);
      expect(output).toBeLessThanOrEqual(700);
    }
    expect(callsOf(own).length).toBeGreaterThan(0);
    if (result.ok) {
      expect(result.graph.nodes.every(({ tool, type }) => tool === "echo" || type === "wait")).toBe(true);
      return;
    }
    // It may be cut off, or break a rule; what it never is: no JSON although it came to its end.
    const messages = result.problems.map(({ message }) => message);
    if (!messages.some((message) => message.includes("cut off")))
      expect(messages.join()).not.toMatch(/not JSON|no JSON/);
    expect(result.problems.length).toBeGreaterThan(0);
  }, 600_000);

  test("is asked again where its answer was cut off, and at most so often", async () => {
    const own = await planner({ max_output_tokens: 256 });
    const result = await own.plan({
      goal: "say hello with echo, then wait, ten times in a row, and describe each at length",
    });
    const calls = callsOf(own);
    expect(calls.length).toBeGreaterThan(result.ok ? 0 : 1);
    expect(calls.length).toBeLessThanOrEqual(1 + REPAIRS_MAX);
    if (!result.ok) expect(calls.at(-1)?.output).toBeLessThanOrEqual(256);
  }, 600_000);
});
