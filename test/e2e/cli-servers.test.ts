/** `autoops dev`, `worker` and `serve` as processes: ready, used, ended. */
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { HARMLESS, writeFile } from "../client/cli/support/graphs.js";
import { autoops, endAll, isAlive, start, temporaryFolder } from "../client/cli/support/program.js";

// Each command is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

afterAll(endAll);

function bareHome(): Record<string, string> {
  const home = join(temporaryFolder(), "home");
  mkdirSync(home, { mode: 0o700 });
  return { AUTOOPS_HOME: home, TEMPORAL_ADDRESS: "127.0.0.1:1", AUTOOPS_LOG_LEVEL: "warn" };
}

test("dev, a worker and the façade, each its own process, carry a run; Ctrl-C ends each with 0", {
  timeout: 90_000,
}, async () => {
  const bare = bareHome();
  const dev = start(["dev", "--port", "0", "--ui-port", "0", "--json"], { env: bare });
  await dev.until(/\n\}\n/);
  const ready = JSON.parse(dev.stdout()) as { address: string; uiUrl: string; pid: number; database: string };
  expect(ready.database).toBe(join(bare.AUTOOPS_HOME ?? "", "temporal.db"));
  const env = { ...bare, TEMPORAL_ADDRESS: ready.address, TEMPORAL_UI_URL: ready.uiUrl };

  const early = await autoops(["status"], { env });
  expect([early.code, early.stdout]).toEqual([0, "nothing runs\n"]);
  expect(early.stderr).toContain("no worker polls");

  const worker = start(["worker"], { env });
  await worker.until(/polls for runs on/);
  const serve = start(["serve", "--port", "0", "--json"], { env });
  await serve.until(/\n\}\n/);
  const { url } = JSON.parse(serve.stdout()) as { url: string };
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/`)).headers.get("content-type")).toContain("text/html");

  const ended = await autoops(["run", "-"], { env, input: HARMLESS });
  expect(ended.code).toBe(0);
  expect(ended.stdout).toContain(`Temporal Web UI: ${ready.uiUrl}/namespaces/default/workflows/say-it-`);

  for (const running of [serve, worker, dev]) {
    running.signal("SIGINT");
    expect((await running.ended).code).toBe(0);
  }
  expect(isAlive(ready.pid)).toBe(false);
});

test("dev refuses a port that another program holds, names it, and starts nothing: exit 7", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const { port } = holder.address() as { port: number };
  try {
    const ended = await autoops(["dev", "--in-memory", "--port", String(port), "--ui-port", "0", "--json"], {
      env: bareHome(),
    });
    expect(ended.code).toBe(7);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      ok: false,
      problems: [{ code: "port-in-use", at: String(port) }],
    });
  } finally {
    holder.close();
  }
});

test("dev without any way to a Temporal program names the ways that it tried: exit 7", async () => {
  const folder = temporaryFolder();
  // A cache that cannot be made is a way that cannot be taken; nothing is on PATH.
  const blocked = writeFile(folder, "blocked", "");
  const env = { ...bareHome(), PATH: "/nowhere", AUTOOPS_CACHE_DIR: join(blocked, "cache") };
  const ended = await autoops(["dev", "--port", "0", "--ui-port", "0"], { env });
  expect(ended.code).toBe(7);
  expect(ended.stderr).toContain("[temporal-not-available]");
  expect(ended.stderr).toContain("PATH: it holds no `temporal`");
  expect(ended.stderr).toContain("TEMPORAL_ADDRESS");
});

test.each([["worker"], ["serve"]])("%s without a Temporal server says so: exit 7", async (word) => {
  const ended = await autoops([word, "--json"], { env: bareHome() });
  expect(ended.code).toBe(7);
  expect(JSON.parse(ended.stdout)).toMatchObject({ ok: false, problems: [{ code: "temporal-unreachable" }] });
});

test.each([["worker"], ["serve"]])("%s does not start with a broken policy: exit 2", async (word) => {
  const env = bareHome();
  writeFile(env.AUTOOPS_HOME ?? "", "safety.yaml", "version: 1.0\n");
  const ended = await autoops([word], { env });
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain("[policy-invalid]");
});
