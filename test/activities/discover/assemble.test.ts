import { describe, expect, test } from "vitest";
import { assemble } from "../../../src/activities/discover/assemble.js";
import type { FoundService, FoundStack } from "../../../src/activities/discover/found.js";
import { mapDiff } from "../../../src/core/investigation/map-diff.js";
import type { Config } from "../../../src/schema/config.js";
import { mapSchema } from "../../../src/schema/map.js";

const found = (name: string, kind: string, more: Partial<FoundService> = {}): FoundService => ({
  ...{
    name,
    kinds: [kind],
    source: "prom",
    labels: { job: name },
    instances: ["10.0.0.1:9100"],
    also: [],
    signals: {},
    metrics: [],
  },
  ...more,
});
const stack = (services: FoundService[], more: Partial<FoundStack> = {}): FoundStack => ({
  ...{ services, calls: [], alertRules: [], notes: [] },
  ...more,
});
const CONFIG: Config = { files: { roots: [] }, sources: {}, targets: {}, channels: {} };
const log = (source: string, names: string[], text: string[] = []) => ({ source, names, text });
const callsOf = (map: ReturnType<typeof assemble>, name: string) =>
  map.services[name]?.calls.map(({ to, from }) => `${to} ${from}`);

describe("assemble", () => {
  const services = [
    found("web", "service", { signals: { requests: "sum(r)" }, metrics: ["web_db_pool_in_use"] }),
    found("postgres_main", "postgres", { also: ["10.0.0.1:5433"] }),
    found("edge", "nginx"),
    found("node", "node"),
  ];

  test("dependencies of config.yaml are found on the map under the names that people give", () => {
    const map = assemble([stack(services)], [], { ...CONFIG, dependencies: { web: ["postgresql"] } });
    expect(callsOf(map, "web")).toEqual(["postgres_main config"]);
    expect(map.services.postgres_main?.also).toContain("postgresql");
  });

  test("a service that only config.yaml knows is on the map, as what its name says", () => {
    const map = assemble([stack(services)], [], { ...CONFIG, dependencies: { web: ["redis-sessions"] } });
    expect(map.services["redis-sessions"]).toMatchObject({ kinds: ["redis"], instances: [] });
  });

  test("where nothing says who calls whom, names of metrics and addresses in logs do", () => {
    const map = assemble([stack(services)], [], CONFIG);
    expect(callsOf(map, "web")).toEqual(["postgres_main names"]);
    const byLog = assemble(
      [stack(services)],
      [log("web-log", ["web"], ["connect ECONNREFUSED 10.0.0.1:5433"])],
      CONFIG,
    );
    expect(callsOf(byLog, "web")).toEqual(["postgres_main logs"]);
  });

  test("a log belongs to the service of its name, of its kind, or to a new one", () => {
    const map = assemble(
      [stack(services)],
      [log("web-log", ["web"]), log("pg-log", ["postgres"]), log("mail-log", ["mail"])],
      CONFIG,
    );
    expect([map.services.web?.logs, map.services.postgres_main?.logs, map.services.mail?.logs]).toEqual([
      ["web-log"],
      ["pg-log"],
      ["mail-log"],
    ]);
  });

  test("services run on the machine of their address", () => {
    const map = assemble([stack([...services, found("far", "redis", { instances: ["10.0.0.9:9121"] })])], [], CONFIG);
    expect(map.services.web?.runs_on).toEqual(["node"]);
    expect(map.services.far?.runs_on).toEqual([]);
  });

  test("gives the same map for the same stack, which its schema takes, and a diff that says what is new", () => {
    const map = assemble([stack(services)], [], CONFIG);
    expect(assemble([stack([...services].reverse())], [], CONFIG)).toEqual(map);
    expect(mapSchema.safeParse(map).success).toBe(true);
    expect(mapDiff(map, map)).toEqual([]);
    const more = assemble([stack([...services, found("mq", "rabbitmq")])], [], CONFIG);
    expect(mapDiff(map, more)).toEqual(["+ mq (rabbitmq)"]);
  });
});
