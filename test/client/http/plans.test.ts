/** The façade's word on plans: the policy of its machine over graphs that are drafted by real playbooks or written. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import supertest from "supertest";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { loadLocal } from "../../../src/app/local.js";
import { createFacade } from "../../../src/client/http/facade.js";
import type { FacadeOptions } from "../../../src/client/http/options.js";
import type { Answered, Runs } from "../../../src/client/runs.js";
import { createLog } from "../../../src/platform/log.js";
import { GATED } from "../support/stack.js";

const READ = {
  id: "g",
  name: "look",
  goal_description: "look",
  nodes: [{ id: "say", name: "Say it", type: "analysis", tool: "echo", params: { message: "x" } }],
  edges: [],
};
const NO_WORKER = { code: "no-worker", at: "autoops", message: "no worker polls" } as const;

let folder: string;
let server: Server;
let planned: unknown[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "autoops-plans-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => serve());
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function serve(more: Partial<FacadeOptions> = {}): Promise<void> {
  planned = [];
  const plan = (input: unknown): Promise<Answered<never>> => {
    planned.push(input);
    return Promise.resolve({ ok: false, problems: [NO_WORKER] });
  };
  // Any other call about runs would be a bug: there is none to call.
  const runs = { plan } as unknown as Runs;
  const local = () => loadLocal({ AUTOOPS_HOME: "/nonexistent" });
  server = createServer(
    createFacade({ runs, operator: "ann", staticDir: "/nonexistent", log: createLog("fatal"), local, ...more }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
}

const ask = () => supertest(server);

/** The files of a machine that declares the shop of the demo. */
async function withShop() {
  const template = await readFile(resolve(import.meta.dirname, "../../../demo/config.yaml"), "utf8");
  const file = join(folder, "config.yaml");
  const text = template.replace(/\$\{SHOP_DIR\}/g, folder).replace(/\$\{SHOP_URL\}/g, "http://127.0.0.1:9");
  await writeFile(file, text, { mode: 0o600 });
  return loadLocal({ AUTOOPS_HOME: folder, AUTOOPS_CONFIG: file });
}

describe("a goal", () => {
  test("without a worker is planned by this machine's playbooks, and the answer says so", async () => {
    const goal = "checkout returns 500s since the last deploy; find out why and roll it back";
    const playbook = "error-rate-after-deploy";
    server.close();
    await serve({ local: withShop });
    const response = await ask().post("/api/v1/plans").send({ goal });
    expect(planned).toEqual([{ goal, requester: "ann" }]);
    expect(response.status, response.text).toBe(200);
    expect(response.body).toMatchObject({ source: "local", playbook });
    expect(response.body.nodes.map(({ node }: { node: string }) => node)).toEqual(
      response.body.graph.nodes.map(({ id }: { id: string }) => id),
    );
  });

  test("that lacks values is refused with each parameter by name", async () => {
    const response = await ask().post("/api/v1/plans").send({ goal: "x", playbook: "error-rate-after-deploy" });
    expect(response.status).toBe(422);
    const at = response.body.problems.map((problem: { code: string; at: string }) => `${problem.code} ${problem.at}`);
    expect(at).toContain("parameter-missing params.service");
    expect(at).toContain("parameter-missing params.deployments");
    // Nothing that only a remedy needs is asked for where none is wanted.
    expect(at).not.toContain("parameter-missing params.target");
  });

  test("is not planned here when the worker itself says no", async () => {
    const problems = [{ code: "goal-invalid", at: "goal", message: "it says nothing" } as const];
    server.close();
    await serve({ plan: async () => ({ ok: true, value: { ok: false, problems } }) });
    const response = await ask().post("/api/v1/plans").send({ goal: "x", playbook: "service-unreachable" });
    expect(response.body).toMatchObject({ code: "goal-invalid" });
  });
});

describe("a graph", () => {
  const preview = (graph: unknown) =>
    ask()
      .post("/api/v1/plans/preview")
      .send({ graph } as object);

  test("that the policy lets pass comes with its limits and the rule for each node", async () => {
    const { status, body } = await preview(READ);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      graph: { id: "g" },
      check: { ok: true, verdict: { environment: "production", gates: {} } },
      nodes: [{ node: "say", allowed: true, gated: false, rule: expect.stringContaining("the built-in list") }],
    });
    expect(body.worstSeconds).toBeGreaterThan(0);
  });

  test("that it refuses comes all the same, with what stands against each node", async () => {
    const { status, body } = await preview(GATED);
    expect(status).toBe(200);
    expect(body.check.ok).toBe(false);
    expect(body.nodes[1]).toMatchObject({ node: "mend", effect: "write", allowed: false, gated: true });
    const codes = body.nodes[1].problems.map(({ code }: { code: string }) => code);
    expect(codes).toContain("remediation-disabled");
    expect(codes).toContain("node-type-not-allowed");
    expect(body).not.toHaveProperty("worstSeconds");
  });

  test("comes back as it is started: reading the answer again changes nothing", async () => {
    const { body } = await preview(READ);
    expect(JSON.stringify((await preview(body.graph)).body.graph)).toBe(JSON.stringify(body.graph));
  });

  test.each<[string, unknown]>([
    ["no graph", undefined],
    ["a graph that is none", { id: "g" }],
    ["text that does not parse", "{"],
  ])("that is %s is refused", async (_what, graph) => {
    const response = await preview(graph);
    expect(response.status).toBe(422);
    expect(response.headers["content-type"]).toMatch(/^application\/problem\+json/);
  });
});

describe("playbooks", () => {
  test("are listed with their parameters, and the declared names to choose from", async () => {
    const { body } = await ask().get("/api/v1/playbooks");
    const found = body.playbooks.find(({ id }: { id: string }) => id === "error-rate-after-deploy");
    expect(found).toMatchObject({ writes: true, title: "Errors since a deployment" });
    expect(found.parameters).toContainEqual({
      name: "target",
      type: "target",
      description: expect.any(String),
      required: true,
      choices: [],
    });
    expect(found.parameters).toContainEqual(expect.objectContaining({ name: "window", default: "15m" }));
  });
});

test("a façade without its machine's files lists no playbooks and says why", async () => {
  server.close();
  await serve({ local: undefined });
  const response = await ask().get("/api/v1/playbooks");
  expect(response.status).toBe(404);
  expect(response.body.detail).toContain("without the files of its machine");
});
