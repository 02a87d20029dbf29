/** `autoops up` and `autoops doctor` as processes: all three come up and end together, and doctor tells of each part what it is. */
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { autoops, endAll, isAlive, type Running, start, temporaryFolder } from "../client/cli/support/program.js";
import { hasVictoriaMetrics, startVictoriaMetrics } from "../support/victoria-metrics.js";

vi.setConfig({ testTimeout: 120_000 });
afterAll(endAll);

type Env = Record<string, string>;
function bareHome(): Env {
  const home = join(temporaryFolder(), "home");
  mkdirSync(home, { mode: 0o700 });
  return { AUTOOPS_HOME: home, AUTOOPS_LOG_LEVEL: "warn" };
}

interface Ready {
  address: string;
  url: string;
  pid: number;
  parts: Array<{ name: string; pid: number }>;
}
async function upIn(env: Env, ...words: string[]): Promise<{ up: Running; ready: Ready }> {
  const up = start(["up", "--temporal-port", "0", ...words, "--json"], { env });
  await up.until(/\n\}\n/, 90_000);
  return { up, ready: JSON.parse(up.stdout()) as Ready };
}
interface Part {
  part: string;
  state: string;
  says: string;
  mend?: string;
}
const doctor = async (env: Env) => {
  const ended = await autoops(["doctor", "--json"], { env });
  const { parts = [] } = JSON.parse(ended.stdout) as { parts?: Part[] };
  return { code: ended.code, part: (name: string) => parts.find(({ part }) => part === name), parts };
};

test("up brings server, worker and page up; each answers; Ctrl-C ends all three", async () => {
  const bare = bareHome();
  const { up, ready } = await upIn(bare, "--port", "0");
  expect((await fetch(`${ready.url}/healthz`)).status).toBe(200);
  expect(ready.parts.map(({ name }) => name)).toEqual(["the Temporal server", "the worker", "the façade"]);
  for (const { pid } of ready.parts) expect(isAlive(pid)).toBe(true);
  const seen = await autoops(["status"], { env: { ...bare, TEMPORAL_ADDRESS: ready.address } });
  expect(`${seen.code} ${seen.stdout} ${seen.stderr}`).toBe("0 nothing runs\n ");
  up.signal("SIGINT");
  expect((await up.ended).code).toBe(0);
  for (const { pid } of ready.parts) expect(isAlive(pid)).toBe(false);
});

test("the one that ends by itself is named, and the others end with it", async () => {
  const { up, ready } = await upIn(bareHome(), "--port", "0");
  process.kill(ready.parts[1]?.pid ?? 0, "SIGKILL");
  const ended = await up.ended;
  expect(ended.code).not.toBe(0);
  expect(ended.stdout + ended.stderr).toContain("the worker ended");
  expect(ended.stdout + ended.stderr).toContain("autoops up");
  for (const { pid } of ready.parts) expect(isAlive(pid)).toBe(false);
});

test("a page whose port is taken is not said to be up: what keeps it is told, and nothing stays", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const { port } = holder.address() as { port: number };
  try {
    const ended = await autoops(["up", "--temporal-port", "0", "--port", String(port), "--json"], { env: bareHome() });
    expect(ended.code).not.toBe(0);
    const { ok, problems } = JSON.parse(ended.stdout) as { ok: boolean; problems: Array<{ message: string }> };
    expect([ok, problems[0]?.message]).toEqual([false, expect.stringContaining(String(port))]);
  } finally {
    holder.close();
  }
});

describe("doctor tells of each part whether it works, what is missing, and the command that mends it", () => {
  test("of Temporal and the worker, beside an `up` and without one", async () => {
    const bare = bareHome();
    const logs = temporaryFolder();
    writeFileSync(join(logs, "shop.log"), `${new Date().toISOString()} INFO hello\n`);
    writeConfig(bare, { log: { kind: "files", path: join(logs, "shop.log") } }, [logs]);
    const alone = await doctor({ ...bare, TEMPORAL_ADDRESS: "127.0.0.1:1" });
    expect(alone.part("temporal")).toMatchObject({ state: "missing", mend: "autoops up" });
    expect(alone.part("map")).toMatchObject({ state: "missing", mend: "autoops discover" });
    expect(alone.part("metrics")).toMatchObject({ state: "missing", mend: expect.stringContaining("config.yaml") });
    expect([alone.part("log"), alone.code]).toEqual([expect.objectContaining({ state: "fine" }), 0]);
    const { up, ready } = await upIn(bare, "--port", "0");
    const there = { ...bare, TEMPORAL_ADDRESS: ready.address };
    const beside = await doctor(there);
    expect([beside.part("temporal")?.state, beside.part("worker")?.state]).toEqual(["fine", "fine"]);
    up.signal("SIGINT");
    await up.ended;
  });

  test("of a source that does not answer, with a code of its own", async () => {
    const bare = bareHome();
    writeConfig(bare, { prom: { kind: "prometheus", url: "http://127.0.0.1:1" } });
    const told = await doctor({ ...bare, TEMPORAL_ADDRESS: "127.0.0.1:1" });
    expect(told.part("prom")).toMatchObject({ state: "broken", mend: expect.stringMatching(/\w/) });
    expect(told.code).not.toBe(0);
  });

  test.skipIf(!hasVictoriaMetrics)("of a map that was made before there was anything to read", async () => {
    const store = await startVictoriaMetrics();
    try {
      const bare = bareHome();
      const now = Date.now();
      const series = (name: string, job: string, value: number) => ({
        ...{ labels: { __name__: name, job, instance: `${job}:1` }, samples: [[now - 5_000, value]] as const },
      });
      writeConfig(bare, { prom: { kind: "prometheus", url: store.url } });
      await store.store([series("up", "seats", 0), series("up", "mails", 0)]);
      const early = await autoops(["discover", "--json"], { env: bare });
      const { notes } = JSON.parse(early.stdout) as { notes: string[] };
      expect(notes.join()).toMatch(/the map is thin: .*seats.*autoops discover/);
      const before = await doctor({ ...bare, TEMPORAL_ADDRESS: "127.0.0.1:1" });
      const thin = before.parts.filter(({ part, says }) => part === "map" && says.includes("thin"));
      expect(thin).toEqual([expect.objectContaining({ state: "missing", mend: "autoops discover" })]);
      await store.store([series("up", "seats", 1), series("up", "mails", 1)]);
      await store.store([series("http_requests_total", "seats", 7), series("redis_up", "mails", 1)]);
      const later = await autoops(["discover", "--json"], { env: bare });
      expect((JSON.parse(later.stdout) as { notes: string[] }).notes.join()).not.toContain("thin");
    } finally {
      await store.stop();
    }
  });
});

function writeConfig({ AUTOOPS_HOME: home = "" }: Env, sources: Record<string, object>, roots: string[] = []): void {
  const config = { version: "1.0", ...(roots.length === 0 ? {} : { files: { roots } }), sources };
  writeFileSync(join(home, "config.yaml"), JSON.stringify(config), { mode: 0o600 });
}
