/** `plan`, `plan --replay` and `refine` by the model from the command line, where no worker answers. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { plan } from "../../../src/client/cli/commands/plan.js";
import { refine } from "../../../src/client/cli/commands/refine.js";
import { createDefaultRegistry, createPlanner, loadSafetyConfig } from "../../../src/index.js";
import { GOOD_PLAN, wireNode } from "../../support/model-planner.js";
import { type ModelServer, startModelServer } from "../../support/model-server.js";
import { configOf } from "../../support/tool-context.js";
import { createSession, type Heard } from "./support/session.js";

const GOAL = "checkout returns 500s; find out why";
const KEY = "model-key-of-the-cli-0123";
const LOGS = { kind: "files" as const, path: "/var/log/shop.log", environment: "staging" as const };
let server: ModelServer;
let folder: string;
let environment: Record<string, string>;

beforeAll(async () => {
  server = await startModelServer();
  folder = mkdtempSync(join(tmpdir(), "autoops-cli-model-"));
  const home = join(folder, "home");
  mkdirSync(home, { mode: 0o700 });
  const config = { version: "1.0", files: { roots: ["/var/log"] }, sources: { logs: LOGS } };
  writeFileSync(join(home, "config.yaml"), JSON.stringify(config), { mode: 0o600 });
  // Nothing listens on port 1.
  const away = { TEMPORAL_ADDRESS: "127.0.0.1:1", HOME: folder };
  environment = { ...away, AUTOOPS_HOME: home, OPENAI_API_KEY: KEY, OPENAI_BASE_URL: server.url, AUTOOPS_MODEL: "m-1" };
});
beforeEach(() => server.reset());
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function session(more: Record<string, string> = {}): Heard {
  const heard = createSession();
  (heard.session as { environment: object }).environment = { ...environment, ...more };
  return heard;
}

async function planned(goal = GOAL) {
  server.answers(GOOD_PLAN);
  const heard = session();
  const ending = await plan(heard.session, [goal], {});
  return { ...heard, ending, graph: (ending.document as { graph: object }).graph };
}

test("with a key the model plans; that no worker answered is said, and the planner is named", async () => {
  const { ending, out, err } = await planned();
  expect(ending).toMatchObject({
    exit: 0,
    document: { ok: true, planner: "model", graph: { metadata: { model: "m-1" } } },
  });
  expect(err()).toContain("the model is asked from this machine");
  expect(out()).toContain("from the model m-1");
  expect(server.calls()).toBe(1);
});

test("--planner playbook asks no model, and --planner model without a key says what is missing and asks nobody", async () => {
  await plan(session().session, [GOAL], { planner: "playbook" });
  const keyless = session({ OPENAI_API_KEY: "" });
  expect(await plan(keyless.session, [GOAL], { planner: "model" })).toMatchObject({
    exit: 7,
    problems: [{ code: "temporal-unreachable" }],
  });
  expect(server.calls()).toBe(0);
});

test("a model that fails ends in a problem that names the way out, and no playbook stands in", async () => {
  server.fails(500);
  const ending = await plan(session().session, ["a goal of its own: checkout is slow"], {});
  expect(ending).toMatchObject({
    exit: 1,
    problems: [{ code: "source-error", hint: expect.stringContaining("--planner playbook") }],
  });
  expect(ending.document).not.toHaveProperty("graph");
  server.reset();
  server.answers("garbage");
  const refused = session();
  expect(await plan(refused.session, ["another goal: checkout is slow"], {})).toMatchObject({
    exit: 1,
    document: { draft: "garbage" },
  });
  expect(refused.err()).toContain("the last draft");
});

test("replaying a plan gives the same graph with no call, also on a machine without a key; a changed one is refused", async () => {
  const { graph } = await planned();
  const file = join(folder, "plan.json");
  writeFileSync(file, JSON.stringify({ graph }));
  const calls = server.calls();
  const again = await plan(session({ OPENAI_API_KEY: "" }).session, [], { replay: file });
  expect(JSON.stringify((again.document as { graph: object }).graph)).toBe(JSON.stringify(graph));
  expect(server.calls()).toBe(calls);
  writeFileSync(file, JSON.stringify(graph).replace("30m", "31m"));
  expect(await plan(session().session, [], { replay: file })).toMatchObject({
    exit: 1,
    problems: [{ code: "record-altered" }],
  });
});

test("refining a file shows what changed and keeps the rest", async () => {
  const { graph } = await planned();
  const file = join(folder, "workflow.json");
  writeFileSync(file, JSON.stringify(graph));
  server.reset();
  const params = { source: "logs", since: "1h", until: null, level: "error", contains: null, max_lines: null };
  const put = wireNode({ id: "logs", type: "log_collection", tool: "log_collector", params });
  server.answers({ remove_nodes: [], put_nodes: [put], remove_edges: [], put_edges: [], cannot: null });
  const heard = session();
  const ending = await refine(heard.session, [file, "look at the last hour"], {});
  expect(ending).toMatchObject({
    exit: 0,
    document: { diff: { changed: [{ id: "logs", fields: [{ field: "params.since" }] }] } },
  });
  expect(heard.out()).toContain('params.since: "30m" → "1h"');
  const [before, after] = [graph, (ending.document as { graph: object }).graph] as Array<{ nodes: object[] }>;
  expect(JSON.stringify(after?.nodes[1])).toBe(JSON.stringify(before?.nodes[1]));
});

test("the library's planner asks the model under the policy that it is given", async () => {
  const config = configOf({
    files: { roots: ["/var/log"] },
    sources: { logs: { ...LOGS, format: "json", time_field: "t", level_field: "l", message_field: "m" } },
  });
  const loaded = await loadSafetyConfig({ variables: { HOME: folder, AUTOOPS_HOME: join(folder, "none") } });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const model = {
    apiKey: KEY,
    baseUrl: server.url,
    policy: loaded.policy,
    registry: createDefaultRegistry(config),
    directory: join(folder, "library"),
  };
  const planner = { defaultConstraints: ["Look before you leap"], enableRemediation: false };
  const made = await createPlanner({ config, model: { ...model, planner } });
  if (!made.ok) throw new Error(JSON.stringify(made.problems));
  server.answers(GOOD_PLAN);
  const result = await made.planner.plan({ goal: GOAL, requester: "rita" });
  expect(result).toMatchObject({ ok: true, planner: "model", graph: { nodes: [{ id: "logs" }, { id: "think" }] } });
  expect(server.said()).toContain("Look before you leap");
});
