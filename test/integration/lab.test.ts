/** The short form of `npm run lab`: a real stack is learned, broken, and asked about. Each look is run as its tool, without Temporal. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Lab, missingPrograms } from "../../scripts/lab/stack.mjs";
import { alertsActive } from "../../src/activities/tools/alerts-active.js";
import type { DiagnosisOutput } from "../../src/activities/tools/kit/investigation/diagnosis-schema.js";
import { type Local, loadLocal } from "../../src/app/local.js";
import { discoverStack, readContext } from "../../src/app/stack.js";
import type { StackMap } from "../../src/schema/map.js";

const missing = missingPrograms();
const title =
  missing.length === 0 ? "a stack that was never seen" : `a stack (skipped: this machine lacks ${missing.join(", ")})`;
const signal = new AbortController().signal;

describe.skipIf(missing.length > 0)(title, () => {
  let lab: Lab;
  let home: string;
  let local: Local;
  let map: StackMap;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "lab-home-"));
    lab = await Lab.start(mkdtempSync(join(tmpdir(), "lab-")));
    writeFileSync(join(home, "config.yaml"), JSON.stringify(configOf(lab)), { mode: 0o600 });
    const loaded = await loadLocal({ AUTOOPS_HOME: home });
    if (!loaded.ok) throw new Error(loaded.problems[0]?.message);
    // Requests have been answered and counted at least twice.
    await lab.until(async () => (await lab.query("sum(rate(http_server_requests_total[1m])) > 0")).length > 0, 90_000);
    map = (await discoverStack(loaded, signal)).map;
    local = loaded.withMap(map);
  }, 240_000);

  afterAll(async () => {
    await lab?.stop();
    rmSync(home, { recursive: true, force: true });
  }, 60_000);

  test("is learned: what things are, their signals in their own names, who calls whom, whose log is whose", () => {
    const kinds = Object.entries(map.services).map(
      ([
        name,
        {
          kinds: [main],
        },
      ]) => `${name} ${main}`,
    );
    expect(kinds).toEqual(
      expect.arrayContaining([
        "catalog service",
        "ledger service",
        "postgresql postgres",
        "redis redis",
        "haproxy haproxy",
        "rabbitmq rabbitmq",
      ]),
    );
    expect(map.services.catalog?.signals.errors).toContain('status_code=~"5.*"');
    expect(map.services.ledger?.signals.errors).toContain("ledger_requests_total");
    expect(map.services.catalog?.calls.map(({ to }) => to)).toEqual(["ledger", "redis"]);
    expect(map.services.haproxy?.calls.map(({ to }) => to)).toContain("catalog");
    expect(map.services.postgresql?.logs).toEqual(["postgresql-log"]);
  });

  test("names a store that was stopped, by words that name another, and is sure of it", async () => {
    // In the first two minutes of a stack's data nobody can tell what is new from what it is like.
    await lab.until(async () => (await lab.query("count(up offset 150s)")).length > 0, 200_000);
    await lab.end("redis");
    await lab.until(async () => (await lab.alerts()).some(({ labels }) => labels.alertname === "RedisDown"), 90_000);
    // What is asked about must have been measured, too.
    const [failed, all] = ['{status_code=~"5.*"}', ""].map(
      (labels) => `sum(rate(http_server_requests_total${labels}[1m]))`,
    );
    const errors = `${failed} / ${all} > 0.1`;
    await lab.until(async () => (await lab.query(errors)).length > 0, 90_000);
    const answer = await investigate("customers of the catalog get errors");
    expect(answer.causes[0]?.service).toBe("redis");
    expect(answer).toMatchObject({ trouble: { service: "catalog" }, certainty: "confirmed" });
    expect(answer.causes[0]?.explains).toContain("catalog");
  }, 420_000);

  test("says which alerts somebody silenced, as Alertmanager knows it, and makes less of them", async () => {
    const look = async () => {
      const planned = local.draft({ goal: "what alerts?", requester: "ana" });
      const node = planned.ok ? planned.graph.nodes.find(({ tool }) => tool === "alerts_active") : undefined;
      return alertsActive.run(alertsActive.params.parse(node?.params), readContext(local, signal));
    };
    const named = async () => (await look()).alerts.find(({ name }) => name === "RedisDown");
    await lab.until(async () => (await lab.managed()).some(({ labels }) => labels.alertname === "RedisDown"), 90_000);
    expect(await named()).toMatchObject({ state: "firing", service: "redis" });
    const loud = (await look()).evidence.find(({ code }) => code === "RedisDown")?.sure ?? 0;
    await lab.silence("alertname", "RedisDown");
    await lab.until(async () => (await lab.managed()).some(({ status }) => status.silencedBy.length > 0), 30_000);
    expect(await named()).toMatchObject({ state: "firing", service: "redis", held: "silenced" });
    const quiet = (await look()).evidence.find(({ code }) => code === "RedisDown");
    expect(quiet?.text).toContain("(silenced)");
    expect(quiet?.sure).toBeLessThan(loud);
    lab.again("redis");
  }, 240_000);

  async function investigate(goal: string): Promise<DiagnosisOutput> {
    const planned = local.draft({ goal, requester: "ana" });
    if (!planned.ok) throw new Error(planned.problems[0]?.message);
    const outputs: Array<{ node: string; tool: string; output: unknown }> = [];
    for (const { id, tool, params } of planned.graph.nodes) {
      const definition = local.registry.definition(tool ?? "");
      const soFar = { goal, startedAtMs: Date.now(), findings: [], nodes: [], decisions: [], outputs, leftOut: [] };
      const context = { ...readContext(local, signal), nodeId: id, soFar };
      const output = await definition?.run(definition.params.parse(params), context as never);
      outputs.push({ node: id, tool: tool ?? "", output });
    }
    return outputs.at(-1)?.output as DiagnosisOutput;
  }
});

function configOf(lab: Lab): object {
  const file = (name: string, format: string) => ({ kind: "files", path: join(lab.logs, name), format });
  return {
    version: "1.0",
    files: { roots: [lab.logs] },
    sources: {
      prometheus: { kind: "prometheus", url: lab.prometheusUrl, alertmanager: lab.alertmanagerUrl },
      "catalog1-log": file("catalog1.json", "json"),
      "ledger-log": file("ledger.txt", "text"),
      "postgresql-log": file("postgres.log", "text"),
      "redis-log": file("redis.log", "text"),
    },
    dependencies: { catalog: ["redis", "ledger"], ledger: ["postgres", "rabbitmq"] },
  };
}
