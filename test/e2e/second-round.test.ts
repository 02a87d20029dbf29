/**
 * A question that the first round cannot answer: two are ill for longer than it looks back. The second, a run
 * of its own, looks a day back, and sees which of them was ill long before anybody complained. A real Prometheus holds the day.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../src/platform/temporal/ports.js";
import { autoops, endAll, temporaryFolder } from "../client/cli/support/program.js";

afterAll(endAll);

const installed = ["prometheus", "promtool"].every((name) => spawnSync(name, ["--version"]).status === 0);
const STEP = 15;
const HOUR = 3_600;
const DAY_HOURS = 26;
/** Data go on for so long after the test began. */
const AFTER_SECONDS = HOUR;

type Slope = readonly [sinceSeconds: number, perSecond: number];
interface Series {
  name: string;
  labels: string;
  type: "gauge" | "counter";
  /** A constant, or how fast it rises from when on. */
  value: number | readonly Slope[];
}

const target = (job: string, port: number) => `job="${job}",instance="10.0.0.1:${port}"`;
function seriesAt(now: number): Series[] {
  const complained = now - 2 * HOUR;
  const long = now - 20 * HOUR;
  const [web, store, other] = [target("web", 8000), target("redis", 9121), target("sessions", 9122)];
  return [
    ...[web, store, other].map((labels): Series => ({ name: "up", labels, type: "gauge", value: 1 })),
    ...[store, other].map((labels): Series => ({ name: "redis_up", labels, type: "gauge", value: 1 })),
    counter("http_requests", `${web},code="200"`, [0, 10], [complained, 7]),
    counter("http_requests", `${web},code="500"`, [0, 0], [complained, 3]),
    counter("redis_cpu_user_seconds", store, [0, 0.1], [complained, 1]),
    counter("redis_cpu_sys_seconds", store, [0, 0.01]),
    counter("redis_cpu_user_seconds", other, [0, 0.1], [long, 1]),
    counter("redis_cpu_sys_seconds", other, [0, 0.01]),
  ];
}

const counter = (name: string, labels: string, ...value: Slope[]): Series => ({ name, labels, type: "counter", value });

function exposition(now: number): string {
  const from = Math.floor(now / STEP) * STEP - DAY_HOURS * HOUR;
  const names = new Map<string, Series[]>();
  for (const one of seriesAt(now)) names.set(one.name, [...(names.get(one.name) ?? []), one]);
  const lines: string[] = [];
  for (const [name, list] of names) {
    lines.push(`# TYPE ${name} ${list[0]?.type}`);
    for (const { labels, type, value } of list) {
      let total = 0;
      for (let time = from; time < now + AFTER_SECONDS; time += STEP) {
        if (typeof value === "number") total = value;
        else total += STEP * (value.findLast(([since]) => since <= time)?.[1] ?? 0);
        lines.push(`${name}${type === "counter" ? "_total" : ""}{${labels}} ${total.toFixed(3)} ${time}`);
      }
    }
  }
  return `${lines.join("\n")}\n# EOF\n`;
}

const RULES = {
  groups: [
    {
      name: "all",
      interval: "1s",
      rules: [
        { alert: "WebErrors", expr: 'sum by (job) (rate(http_requests_total{code="500"}[1m])) > 1' },
        { alert: "RedisCpuHigh", expr: "rate(redis_cpu_user_seconds_total[1m]) > 0.9" },
      ],
    },
  ],
};

/** Its address, once all three fire: of one rule for both stores, and of web. */
async function prometheus(folder: string): Promise<string> {
  const data = join(folder, "data");
  mkdirSync(data);
  writeFileSync(join(folder, "day.om"), exposition(Math.floor(Date.now() / 1_000)));
  execFileSync("promtool", ["tsdb", "create-blocks-from", "openmetrics", join(folder, "day.om"), data], {
    stdio: "ignore",
  });
  writeFileSync(join(folder, "rules.yml"), JSON.stringify(RULES));
  const config = join(folder, "prometheus.yml");
  writeFileSync(config, JSON.stringify({ rule_files: [join(folder, "rules.yml")] }));
  const url = `http://127.0.0.1:${await freePort()}`;
  const flags = [`--config.file=${config}`, `--storage.tsdb.path=${data}`, `--web.listen-address=${url.slice(7)}`];
  const child = spawn("prometheus", flags, { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const firing = async (): Promise<number> => {
    const answer = await fetch(`${url}/api/v1/alerts`).catch(() => undefined);
    const { data: told } = (await answer?.json().catch(() => undefined)) ?? {};
    return told?.alerts?.filter(({ state }: { state: string }) => state === "firing").length ?? 0;
  };
  await expect.poll(firing, { timeout: 60_000, interval: 500 }).toBe(3);
  return url;
}

describe.skipIf(!installed)("an investigation that one round cannot answer", () => {
  test("goes on in a second, with a history of its own, and names what fell ill with the complaint", {
    timeout: 400_000,
  }, async () => {
    const folder = temporaryFolder();
    const url = await prometheus(folder);
    const home = join(folder, "home");
    mkdirSync(home, { mode: 0o700 });
    const config = {
      version: "1.0",
      sources: { prometheus: { kind: "prometheus", url } },
      dependencies: { web: ["redis", "sessions"] },
    };
    writeFileSync(join(home, "config.yaml"), JSON.stringify(config), { mode: 0o600 });
    const env = { AUTOOPS_HOME: home, TEMPORAL_ADDRESS: "127.0.0.1:1", PATH: process.env.PATH };
    const ended = await autoops(["investigate", "web fails", "--all", "--wait-seconds", "300", "--json"], { env });
    const document = JSON.parse(ended.stdout);
    expect(document.rounds).toHaveLength(2);
    const of = (round: number, tool: string) =>
      document.looks.find((look: { round: number; tool: string }) => look.round === round && look.tool === tool)
        ?.output;
    expect(of(1, "diagnosis")).toMatchObject({ certainty: "inconclusive", rule: "another service shows as much" });
    expect(of(2, "health_check").evidence.length).toBeGreaterThan(0);
    expect(document.answer).toMatchObject({ certainty: "likely", trouble: { service: "web" } });
    expect(document.answer.causes[0]).toMatchObject({ service: "redis", explains: ["web"] });
  });
});
