/** From a real Alertmanager to a report: a rule fires, the hook takes it, a run looks, and the end of the alert is seen. And what a hook refuses. */
import { spawn, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, Connection } from "@temporalio/client";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { loadLocal } from "../../src/app/local.js";
import { hooksOf } from "../../src/client/cli/hooks-setup.js";
import { startFacade } from "../../src/client/http/server.js";
import type { ListedIncident } from "../../src/client/incidents.js";
import type { OpenedRuns } from "../../src/client/runs/connected-runs.js";
import { openRuns } from "../../src/client/runs/open-runs.js";
import type { IncidentView } from "../../src/core/incident/incident.js";
import { standsIn } from "../../src/core/incident/words.js";
import { answerIn } from "../../src/core/report.js";
import { createLog } from "../../src/platform/log.js";
import type { StartedWorker } from "../../src/worker.js";
import { createMachine, type Machine, type Service, startService } from "../support/machine.js";
import { freePort } from "../support/services.js";
import { startTestDevServer, type TestDevServer } from "../support/temporal.js";

let server: TestDevServer;
let service: Service;
let machine: Machine;
let worker: StartedWorker;
let opened: OpenedRuns;
let url: string;
const noted: Array<{ event: string; details?: object }> = [];
const closes: Array<() => Promise<void>> = [];

const common = { secret: "env:HOOK_SECRET", debounce_seconds: 1, cooldown_seconds: 2 };
const looking = { playbook: "service-unreachable", params: { service: "shop" } };

beforeAll(async () => {
  server = await startTestDevServer();
  service = await startService();
  machine = createMachine(server.address);
  const params = { ...looking.params, url: `${service.url}/health` };
  machine.policy({
    tools: { allowed: ["http_probe", "summary"] },
    node_types: { allowed: ["metric_query", "decision", "summary"] },
    network: { allowed_hosts: ["127.0.0.1"], allowed_private: ["127.0.0.0/8"] },
  });
  machine.config({
    channels: { ops: { kind: "webhook", url: `${service.url}/ops` } },
    hooks: {
      pager: {
        kind: "alertmanager",
        ...common,
        rules: [{ match: { alertname: ["Down*"] }, tell: ["ops"], ...looking, params }],
      },
      gh: { kind: "github", ...common, secret: ["env:HOOK_SECRET", "env:OLD_SECRET"] },
      pd: { kind: "pagerduty", ...common },
      flood: { kind: "alertmanager", ...common, cooldown_seconds: 600 },
      slow: { kind: "alertmanager", ...common, requests_per_minute: 1 },
      own: {
        kind: "generic",
        ...common,
        map: { name: "{{ body.check }}", status: "{{ body.state }}", labels: { service: "{{ body.on.service }}" } },
      },
    },
  });
  const variables = { ...machine.variables, HOOK_SECRET: "s3cret-of-the-hook", OLD_SECRET: "older-secret" };
  worker = await machine.startWorker({ variables });
  const runs = await openRuns(variables);
  const local = await loadLocal(variables);
  if (!runs.ok || !local.ok) throw new Error("it cannot be set up");
  opened = runs.value;
  const audit = { note: async (entry: (typeof noted)[number]) => void noted.push(entry) };
  const hooks = hooksOf(local, { audit: audit as never, now: Date.now });
  if (!hooks.ok) throw new Error(JSON.stringify(hooks.problems));
  const started = await startFacade({
    ...{ runs: opened.runs, incidents: opened.incidents, operator: "ann", staticDir: "/nonexistent" },
    ...{ log: createLog("fatal"), host: "127.0.0.1", port: 0, hooks: hooks.create?.(opened.client) },
  });
  if (!started.ok) throw new Error(JSON.stringify(started.problems));
  url = started.facade.url;
  closes.push(() => started.facade.stop());
}, 180_000);
afterAll(async () => {
  for (const close of closes) await close();
  await worker?.stop();
  await opened?.close();
  await service?.close();
  await server?.stop();
  machine?.remove();
});

const TOKEN = { authorization: "Bearer s3cret-of-the-hook" };
async function post(hook: string, body: string | object, headers: Record<string, string> = TOKEN) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const init = { method: "POST", headers: { "content-type": "application/json", ...headers }, body: text };
  const answer = await fetch(`${url}/hooks/${hook}`, init);
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as any };
}
async function incidents(): Promise<ListedIncident[]> {
  const answer = await fetch(`${url}/api/v1/incidents`);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { incidents: ListedIncident[] }).incidents;
}
const incidentOf = async (value: string): Promise<ListedIncident | undefined> =>
  (await incidents()).find(({ view }) => Object.values(view?.key ?? {}).includes(value));
async function until(value: string, expected: object): Promise<ListedIncident> {
  let found: ListedIncident | undefined;
  await vi.waitFor(
    async () => {
      found = await incidentOf(value);
      expect(found).toMatchObject(expected);
    },
    { timeout: 60_000, interval: 200 },
  );
  return found as ListedIncident;
}
const firing = (alertname: string, status = "firing", pod = "a") => ({
  version: "4",
  status,
  alerts: [
    { status, labels: { alertname, pod, service: "checkout" }, annotations: {}, fingerprint: `${alertname}${pod}` },
  ],
});

test("an alert that a rule fits is taken, investigated and answered; what fits none is listed", async () => {
  const taken = await post("pager", firing("DownCheckout"));
  expect(taken).toMatchObject({
    status: 202,
    body: { alerts: 1, incidents: [expect.stringMatching(/^alert-pager-/)] },
  });
  await post("pager", firing("Other"));
  const { view } = await until("DownCheckout", { view: { run: { mode: "investigate", outcome: "succeeded" } } });
  const report = await opened.runs.report(view?.run?.id ?? "", 30_000);
  expect(report).toMatchObject({ ok: true, value: { requester: "alert-pager", outcome: "succeeded" } });
  const listed = await opened.runs.list({ limit: 10 });
  expect(listed.ok && listed.value.runs.map(({ requester }) => requester)).toContain("alert-pager");
  await until("Other", { view: { notStarted: "unmatched" } });
  expect(noted.filter(({ event }) => event === "alerts-taken")).toHaveLength(2);
}, 120_000);

test("the rule's channels hear of a run that was started, and of its answer, once each", async () => {
  await post("pager", firing("DownTold"));
  const { view } = await until("DownTold", { view: { phase: "ended", run: { outcome: "succeeded" } } });
  const told = service.received
    .filter(({ path, body }) => path === "/ops" && body.includes("DownTold"))
    .map(({ body }) => JSON.parse(body) as { title: string; message: string });
  expect(told.map(({ title }) => title)).toEqual(["DownTold: a run looks into it", "DownTold: its run succeeded"]);
  for (const { message } of told) expect(message).toContain(view?.run?.id);
  const report = await opened.runs.report(view?.run?.id ?? "", 30_000);
  if (!report.ok || report.value === undefined) throw new Error("the run has no report");
  expect(view?.run?.answer).toContain(answerIn(report.value).headline);
  expect(told[1]?.message.replaceAll("\\", "")).toContain(answerIn(report.value).headline);
}, 120_000);

test("what is resolved when its incident is over stands in that incident", async () => {
  await post("pager", firing("DownLate"));
  await until("DownLate", { isOpen: false, view: { phase: "ended", firing: 1, run: { outcome: "succeeded" } } });
  await post("pager", firing("DownLate", "resolved"));
  const over = { firing: 0, resolvedMs: expect.any(Number), run: { outcome: "succeeded" } };
  const { id } = await until("DownLate", { isOpen: false, view: over });
  const all = (await incidents()).filter((one) => one.id === id);
  expect(all).toHaveLength(1);
  expect(standsIn(all[0]?.view as IncidentView)).toMatch(/^run \S+ succeeded; resolved by itself \d+ s after/);
  const shown = await opened.incidents.show(id);
  expect(shown).toMatchObject({ ok: true, value: { view: { ...over, members: [{ status: "resolved", count: 2 }] } } });
}, 120_000);

test("what was never seen to fire is told as resolved, and starts nothing", async () => {
  await post("pager", firing("DownNever", "resolved"));
  await until("DownNever", { view: { firing: 0, notStarted: "resolved" } });
}, 60_000);

describe("a hook refuses", () => {
  test("what is not its sender's, with 401 and a line of audit", async () => {
    for (const headers of [{}, { authorization: "Bearer wrong" }]) {
      expect(await post("pager", firing("Forged"), headers as Record<string, string>)).toMatchObject({
        status: 401,
        body: { code: "not-signed-in" },
      });
    }
    expect(noted.filter(({ event }) => event === "login-refused")).toMatchObject([{ details: { hook: "pager" } }, {}]);
    expect(await incidentOf("Forged")).toBeUndefined();
  });
  test("an unknown hook with 404, whatever comes", async () => {
    expect((await post("nobody", firing("A"))).status).toBe(404);
    expect((await post("__proto__", firing("A"))).status).toBe(404);
  });
  test("what is malformed with 422 and the field", async () => {
    expect(await post("pager", { version: "4", status: "firing" })).toMatchObject({
      status: 422,
      body: { problems: [{ at: "alert.alerts" }] },
    });
    expect((await post("pager", "{")).status).toBe(422);
    expect((await post("own", { state: "down" })).status).toBe(422);
  });
  test("what is too large with 413, and too much with 429", async () => {
    expect((await post("pager", `"${"x".repeat(2_100_000)}"`)).status).toBe(413);
    expect((await post("slow", firing("Slow"))).status).toBe(202);
    expect(await post("slow", firing("Slow"))).toMatchObject({ status: 429 });
  });
});

test("signed deliveries are taken by any active secret, once by their id, and heartbeats start nothing", async () => {
  const body = JSON.stringify({
    action: "completed",
    repository: { full_name: "a/b" },
    workflow_run: { name: "CI", conclusion: "failure" },
  });
  const signed = (secret: string, id: string) => ({
    "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
    "x-github-delivery": id,
  });
  expect(await post("gh", body, signed("older-secret", "1"))).toMatchObject({ status: 202, body: { alerts: 1 } });
  expect(await post("gh", body, signed("s3cret-of-the-hook", "1"))).toMatchObject({
    status: 202,
    body: { repeated: true },
  });
  expect((await post("gh", body, signed("unknown", "2"))).status).toBe(401);
  expect(await post("pager", firing("Watchdog"))).toMatchObject({ status: 202, body: { alerts: 0, ignored: 1 } });
  expect(await post("own", { check: "disk", state: "down", on: { service: "db" } })).toMatchObject({
    status: 202,
    body: { alerts: 1 },
  });
  expect(await incidentOf("Watchdog")).toBeUndefined();
}, 60_000);

test("while Temporal is away nothing is taken: 503 with the time to come again, also for a copy", async () => {
  const local = await loadLocal({
    ...machine.variables,
    HOOK_SECRET: "s3cret-of-the-hook",
    OLD_SECRET: "older-secret",
  });
  if (!local.ok) throw new Error("it cannot be loaded");
  const hooks = hooksOf(local, { audit: { note: async () => undefined } as never, now: Date.now });
  if (!hooks.ok) throw new Error("no hooks");
  const connection = Connection.lazy({ address: `127.0.0.1:${await freePort()}` });
  const away = await startFacade({
    ...{
      runs: opened.runs,
      operator: "ann",
      staticDir: "/nonexistent",
      log: createLog("fatal"),
      host: "127.0.0.1",
      port: 0,
    },
    hooks: hooks.create?.(new Client({ connection })),
  });
  if (!away.ok) throw new Error("it does not start");
  onTestFinished(async () => {
    await away.facade.stop();
    await connection.close();
  });
  for (const _ of [1, 2]) {
    const init = { method: "POST", headers: TOKEN, body: JSON.stringify(firing("DownAway")) };
    const answer = await fetch(`${away.facade.url}/hooks/pager`, init);
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  }
  expect(await incidentOf("DownAway")).toBeUndefined();
}, 120_000);

describe("an address of its own", () => {
  const started = async (hooksAt: { host: string; port: number }) => {
    const local = await loadLocal({ ...machine.variables, HOOK_SECRET: "s3cret-of-the-hook", OLD_SECRET: "older" });
    if (!local.ok) throw new Error("it cannot be loaded");
    const hooks = hooksOf(local, { audit: { note: async () => undefined } as never, now: Date.now });
    if (!hooks.ok) throw new Error("no hooks");
    const begun = await startFacade({
      ...{ runs: opened.runs, operator: "ann", staticDir: "/nonexistent", log: createLog("fatal") },
      ...{ host: "127.0.0.1", port: 0, hooksAt, hooks: hooks.create?.(opened.client) },
    });
    if (begun.ok) onTestFinished(() => begun.facade.stop());
    return begun;
  };
  const asked = async (url: string, init: RequestInit = {}) => (await fetch(url, init)).status;

  test("takes alerts by any host name, and shows nothing else; the façade's own takes none", async () => {
    const begun = await started({ host: "127.0.0.1", port: 0 });
    if (!begun.ok) throw new Error(JSON.stringify(begun.problems));
    const { url: own, hooksUrl = "" } = begun.facade;
    const init = { method: "POST", headers: TOKEN, body: JSON.stringify(firing("DownOwnAddress")) };
    expect(await asked(`${hooksUrl}/hooks/pager`, init)).toBe(202);
    expect(await byHost(hooksUrl, "alerts.example.com")).toBe(401);
    expect(await asked(`${hooksUrl}/livez`)).toBe(200);
    for (const path of ["/", "/api/v1/runs", "/api/v1/incidents", "/metrics", "/api/v1/session"])
      expect([path, await asked(`${hooksUrl}${path}`)]).toEqual([path, 404]);
    expect(await asked(`${own}/hooks/pager`, init)).toBe(404);
    const hintAt = async (url: string) => ((await (await fetch(url, init)).json()) as { hint: string }).hint;
    expect(await hintAt(`${own}/hooks/pager`)).toMatch(/the address of facade\.hooks/);
    expect(await hintAt(`${hooksUrl}/api/v1/runs`)).toMatch(/at \/hooks\/NAME/);
    expect(await asked(`${own}/api/v1/incidents`)).not.toBe(401);
  });
  test("beyond this machine wants TLS, and a port of its own", async () => {
    expect(await started({ host: "0.0.0.0", port: 0 })).toMatchObject({
      ok: false,
      problems: [{ code: "facade-unsafe", at: "facade.hooks.host", hint: expect.stringMatching(/facade\.tls/) }],
    });
    const taken = Number(new URL(url).port);
    expect(await started({ host: "127.0.0.1", port: taken })).toMatchObject({
      ok: false,
      problems: [{ code: "port-in-use", message: expect.stringMatching(/\(hooks\)/) }],
    });
  });
});

/** A request that says another host than the one it goes to. */
function byHost(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/hooks/pager`, { method: "POST", headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.once("error", reject).end("{}");
  });
}

const installed = ["prometheus", "prometheus-alertmanager"].every(
  (name) => spawnSync(name, ["--version"]).status === 0,
);

test.skipIf(!installed)(
  "a rule of a real Prometheus fires, its Alertmanager tells the hook, a run answers, and its end is seen (skipped where they are not installed)",
  async () => {
    service.answers["/metrics"] = () => ({ text: "shop_errors 9\n" });
    await startMonitoring(service.url, `${url}/hooks/pager`);
    const { view } = await until("DownByRule", { view: { firing: 1, run: { outcome: "succeeded" } } });
    expect(view?.members[0]).toMatchObject({ name: "DownByRule", labels: { service: "shop" } });
    service.answers["/metrics"] = () => ({ text: "shop_errors 0\n" });
    await until("DownByRule", { view: { firing: 0 } });
  },
  180_000,
);

async function startMonitoring(metrics: string, hook: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "monitoring-"));
  const [prometheus, alertmanager] = [await freePort(), await freePort()];
  const files = {
    "rules.yml": {
      groups: [
        {
          name: "shop",
          interval: "1s",
          rules: [{ alert: "DownByRule", expr: "shop_errors > 5", labels: { service: "shop" } }],
        },
      ],
    },
    "prometheus.yml": {
      global: { scrape_interval: "1s", evaluation_interval: "1s" },
      rule_files: [join(folder, "rules.yml")],
      alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanager}`] }] }] },
      scrape_configs: [{ job_name: "shop", static_configs: [{ targets: [new URL(metrics).host] }] }],
    },
    "alertmanager.yml": {
      route: {
        receiver: "autoops",
        group_by: ["alertname"],
        group_wait: "1s",
        group_interval: "1s",
        repeat_interval: "1h",
      },
      receivers: [
        {
          name: "autoops",
          webhook_configs: [
            { url: hook, send_resolved: true, http_config: { authorization: { credentials: "s3cret-of-the-hook" } } },
          ],
        },
      ],
    },
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content));
  const children = [
    spawn(
      "prometheus-alertmanager",
      [
        `--config.file=${join(folder, "alertmanager.yml")}`,
        `--storage.path=${join(folder, "am")}`,
        `--web.listen-address=127.0.0.1:${alertmanager}`,
        "--cluster.listen-address=",
      ],
      { stdio: "ignore" },
    ),
    spawn(
      "prometheus",
      [
        `--config.file=${join(folder, "prometheus.yml")}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        `--web.listen-address=127.0.0.1:${prometheus}`,
      ],
      { stdio: "ignore" },
    ),
  ];
  onTestFinished(async () => {
    for (const child of children) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });
}

test("a thousand groups in one delivery begin a bounded number of incidents, and every alert is counted", async () => {
  const flood = (word: string, status = "firing") => ({
    version: "4",
    status,
    alerts: Array.from({ length: 1_000 }, (_, at) => ({
      ...{ status, labels: { alertname: `${word}-${at}` }, annotations: {}, fingerprint: `${word}${at}` },
      startsAt: "2026-01-01T00:00:00Z",
    })),
  });
  const ids = async (): Promise<string[]> => {
    const all: string[] = [];
    for await (const { workflowId } of opened.client.workflow.list()) all.push(workflowId);
    return all.filter((one) => one.startsWith("alert-flood-"));
  };
  let id = "";
  const many = async () => {
    const shown = await opened.incidents.show(id);
    return shown.ok ? shown.value.view : undefined;
  };
  const first = await post("flood", flood("One"));
  expect(first).toMatchObject({ status: 202, body: { alerts: 1_000 } });
  expect(first.body.incidents).toHaveLength(51);
  expect(first.body.cut.join()).toContain("950 alerts of 950 further groups went to the incident alert-flood-");
  id = first.body.incidents.at(-1);
  await vi.waitFor(
    async () => expect(await many()).toMatchObject({ key: { alertname: "(many)" }, alerts: 950, firing: 950 }),
    30_000,
  );
  expect((await post("flood", flood("Two"))).body.incidents).toHaveLength(51);
  expect((await post("flood", flood("Three"))).body.incidents).toEqual([id]);
  await vi.waitFor(async () => expect(await many()).toMatchObject({ alerts: 2_900, firing: 2_900 }), 30_000);
  expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/autoops_alerts_total\{[^}]*folded[^}]*\} 2900/);
  // What ends them comes to where they are.
  for (const word of ["One", "Two", "Three"]) await post("flood", flood(word, "resolved"));
  await vi.waitFor(async () => expect(await many()).toMatchObject({ alerts: 2_900, firing: 0 }), 30_000);
  await vi.waitFor(async () => expect((await ids()).length).toBe(101), 30_000);
  const line = noted.find(
    ({ event, details }) => event === "alerts-taken" && JSON.stringify(details).includes("flood"),
  );
  expect(line?.details).toMatchObject({ alerts: 1_000, folded: 950 });
}, 180_000);
