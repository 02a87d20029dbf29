/**
 * The model planner against a real llama.cpp server with a small real model: that strict schemas are kept, that answers are
 * cut off and read, and that repairs are asked for. What it plans is worth nothing, and nothing here says otherwise.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { ask } from "../../../../src/activities/planner/model/ask.js";
import { draftByModel } from "../../../../src/activities/planner/model/draft-by-model.js";
import { cacheDirectory } from "../../../../src/platform/temporal/cache.js";
import { REPAIRS_MAX } from "../../../../src/vocabulary/model-limits.js";
import { openPolicy } from "../../../support/adversarial.js";
import { createTestPlanner, settingsFor, type TestPlanner } from "../../../support/model-planner.js";
import { freePort } from "../../../support/services.js";

/** Where `scripts/provide-model.mjs` puts it. */
const FOLDER = join(cacheDirectory(process.env) ?? "/nonexistent", "services", "xllamacpp-2026.10.11549");
const isThere = existsSync(join(FOLDER, "complete"));
const without = isThere ? "" : " (skipped: npm run provide:model installs it)";
const SERVER = resolve(import.meta.dirname, "../../../support/llama-server.py");
/** Below what settings allow: a plan does not fit, so that each answer is cut off after seconds. */
const CUT_OFF = 24;

describe.skipIf(!isThere)(`a real small model${without}`, () => {
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
  async function planner(maxTokens: number): Promise<TestPlanner> {
    const policy = openPolicy({ allowed_hosts: ["127.0.0.1"] });
    const fixedPolicy = {
      ...policy,
      tools: { ...policy.tools, allowed: ["echo"] },
      node_types: { allowed: ["analysis" as const], blocked: [] },
    };
    const settings = { ...settingsFor(url, { timeout_seconds: 600, temperature: 0 }), max_output_tokens: maxTokens };
    // The same in each call: what the server has read once it does not read again.
    const boundary = () => "b7f3";
    const made = await createTestPlanner(url, { fixedPolicy, settings, boundary });
    planners.push(made);
    return made;
  }

  const callsOf = ({ events }: TestPlanner) => events.filter((event) => event.kind === "call");

  test("keeps to a strict schema: only what it allows comes back, and it is counted", async () => {
    const asking = await planner(64);
    const schema = z.strictObject({ state: z.enum(["up", "down"]), retries: z.number(), note: z.null() });
    const messages = [
      { role: "user" as const, content: "The server is up. Answer in JSON: state, retries 0, note null." },
    ];
    const answer = await ask({ messages, schema, name: "state" }, asking);
    expect(answer.truncated, answer.text).toBe(false);
    expect(schema.parse(JSON.parse(answer.text)).note).toBeNull();
    expect(answer.tokens?.input).toBeGreaterThan(10);
    expect(answer.tokens?.output).toBeGreaterThan(5);
  }, 300_000);

  test("a plan that is cut off is asked for again with what is wrong, and at most so often", async () => {
    const own = await planner(CUT_OFF);
    const input = { goal: "say hello with echo", requester: "rita" };
    let draft = await draftByModel(input, { run: "plan-1" }, own);
    expect(draft).toMatchObject({
      ok: false,
      problems: [{ code: "model-answer-invalid", message: expect.stringContaining("cut off") }],
      repair: { round: 1, answer: expect.stringMatching(/^\s*\{\s*"name"/) },
    });
    while (!draft.ok && draft.repair !== undefined) {
      draft = await draftByModel(input, { run: "plan-1", repair: draft.repair }, own);
    }
    expect(draft).toMatchObject({ ok: false, problems: [{ code: "plan-refused" }, { code: "model-answer-invalid" }] });
    const calls = callsOf(own);
    expect(calls).toHaveLength(1 + REPAIRS_MAX);
    for (const { output } of calls) expect(output).toBeLessThanOrEqual(CUT_OFF);
  }, 600_000);
});
