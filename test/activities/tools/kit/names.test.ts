/** Name-like params against a set of hostile values and real names. Nothing of it is run. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createDefaultRegistry } from "../../../../src/activities/registry.js";
import { publicData, publicDataInRepository } from "../../../support/public-data.js";

const FILE = "adversarial/command_injection.jsonl";
/** The part that may lie in the repository is smaller. */
const DATA = publicData(FILE);
const present = existsSync(DATA);

interface Row {
  id: string;
  param: string;
  value: string;
  expect: string;
  technique: string;
}
const rows = (): Row[] =>
  readFileSync(DATA, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);

const registry = createDefaultRegistry();
/** Params of a tool with a place for a name, and a name that may stand there: so that a refusal is one of the name. */
const PLACES = {
  target: (name: string) => ["rollback", { target: name, version: "1" }, "shop"],
  version: (name: string) => ["rollback", { target: "shop", version: name }, "v1.4.2"],
  channel: (name: string) => ["notification", { channel: name, message: "x" }, "ops"],
  source: (name: string) => ["metric_query", { source: name, query: "up" }, "prom"],
  since: (name: string) => ["metric_query", { source: "prom", query: "up", since: name }, "15m"],
  name: (name: string) => ["dns_probe", { name }, "example.com"],
  host: (name: string) => ["tls_probe", { host: name }, "example.com"],
  tracker: (name: string) => ["ticket_create", { tracker: name, title: "x" }, "jira"],
  program: (name: string) => ["custom_script", { program: name }, "tidy"],
  namespace: (name: string) => ["kubernetes_state", { cluster: "main", namespace: name }, "shop"],
  workload: (name: string) => ["kubernetes_state", { cluster: "main", namespace: "a", workload: name }, "deployment/a"],
  query: (name: string) => ["metric_query", { source: "prom", query: name }, "up"],
} satisfies Record<string, (name: string) => [string, Record<string, string>, string]>;
type Place = keyof typeof PLACES;

const problemsOf = (place: Place, name: string) => {
  const [tool, params] = PLACES[place](name) as [string, Record<string, string>, string];
  return registry.checkParams(tool, params, "p");
};
/** Refused, and for what stands in that place. */
const refuses = (place: Place, name: string): boolean => problemsOf(place, name).some(({ at }) => at === `p.${place}`);

test("every place takes an ordinary name", () => {
  for (const [place, of] of Object.entries(PLACES))
    expect(problemsOf(place as Place, of("")[2] as string), place).toEqual([]);
});

test.each([
  ["namespace", ["Production", "prod_ns", "prod-", "-prod", "prod.ns", "a/b", "pröd", "a".repeat(64), "", "prod\n"]],
  ["workload", ["deployment/Checkout", "deployment/a_b", "deployment/-a", "secret/a", "a", "deployment/a\n"]],
  ["since", ["5m\n", " 5m", "5m ", "5\nm", "\t5m", "2026-11-29\n", " 2026-11-29T10:00:00Z", "1h30m\n", "5m5"]],
  ["target", ["shop\n", " shop", "shop ", "-shop", "a..b", "a/b", "ſhop"]],
  ["name", ["example.com\n", "-a.example", "a b"]],
] as Array<[Place, string[]]>)("%s takes none of %j", (place, names) => {
  for (const name of names) expect(refuses(place, name), JSON.stringify(name)).toBe(true);
});

test("the published table names every param that is a text", () => {
  const table = readFileSync("docs/tools.md", "utf8").split("## What may stand in a param")[1]?.split("\n## ")[0] ?? "";
  const isText = (one: { type?: string; enum?: unknown; anyOf?: object[]; items?: object } = {}): boolean =>
    (one.type === "string" && one.enum === undefined) ||
    (one.anyOf ?? []).some(isText) ||
    (one.type === "array" && isText(one.items));
  const missing = registry.list().flatMap(({ name }) => {
    const definition = registry.definition(name);
    const { properties = {} } = z.toJSONSchema(definition?.params as z.ZodType, {
      io: "input",
      unrepresentable: "any",
    });
    return Object.entries(properties)
      .filter(([key, shape]) => isText(shape as object) && !table.includes(`\`${key}\``))
      .map(([key]) => `${name}.${key}`);
  });
  expect(missing).toEqual([]);
});

describe.skipIf(!present)("hostile values and real names (skipped where ../shared/data is absent)", () => {
  test("no hostile value is a target, version, channel, source, setting or time", () => {
    const hostile = rows().filter((row) => row.expect === "reject");
    expect(hostile.length).toBeGreaterThan(DATA === publicDataInRepository(FILE) ? 80 : 100);
    for (const { id, value, technique } of hostile) {
      // A namespace must hold no slash; an image may.
      for (const place of Object.keys(PLACES) as Place[]) {
        if (place === "query") continue;
        const isFit = place === "version" && technique === "slash";
        expect(refuses(place, value), `${id} as ${place}`).toBe(!isFit);
      }
      const setting = registry.checkParams("config_update", { target: "shop", values: { [value]: 1 } }, "p");
      expect(setting, `${id} as setting`).not.toEqual([]);
    }
  });

  test("every real name may be a target, a channel and a source, and every real query passes as it is", () => {
    const real = rows().filter((row) => row.expect === "accept");
    const names = real.filter((row) => ["k8s_name", "namespace"].includes(row.param));
    expect(names.length).toBeGreaterThan(10);
    for (const { id, value } of names) {
      expect(refuses("target", value), id).toBe(false);
      expect(refuses("channel", value), id).toBe(false);
      expect(refuses("source", value), id).toBe(false);
    }
    for (const { id, value } of real.filter((row) => row.param === "namespace")) {
      expect(refuses("namespace", value), id).toBe(false);
    }
    for (const { id, value } of real.filter((row) => row.param === "image")) {
      expect(refuses("version", value), id).toBe(false);
    }
    for (const { id, value } of real.filter((row) => row.param === "hostname")) {
      expect(refuses("name", value), id).toBe(false);
      expect(refuses("host", value), id).toBe(false);
    }
    for (const { id, value } of real.filter((row) => row.param === "duration")) {
      expect(refuses("since", value), id).toBe(false);
    }
    // What is no PromQL at all is refused before it is sent; a real query passes as it is.
    for (const { id, value } of real.filter((row) => row.param === "promql_query")) {
      expect(refuses("query", value), id).toBe(false);
    }
  });
});

const IMAGES = [
  "nginx:1.25",
  "shop/checkout:v42",
  "ghcr.io/acme/web:v1.2.3",
  "registry.example.com:5000/a/b/c@sha256:4f2a",
];

test("ordinary host names pass", () => {
  for (const name of [
    "example.com",
    "db.internal.company.com",
    "my-db-0.db.shop.svc.cluster.local",
    "_sip._tcp.example.com",
  ]) {
    expect(refuses("name", name), name).toBe(false);
  }
});

test("ordinary versions and settings pass", () => {
  for (const version of ["2", "v1.4.2", "2024-06-01", "1.0.0-rc.1+build.5", "sha256:4f2a", "release_7", ...IMAGES]) {
    expect(refuses("version", version), version).toBe(false);
  }
  const values = { LOG_LEVEL: "debug", "cache.size": 3, on: true, note: "any text; `even this`" };
  expect(registry.checkParams("config_update", { target: "shop", values }, "p")).toEqual([]);
});

test.each([
  ["rollback", { target: "shop", version: "../../etc" }],
  ["rollback", { target: "shop", version: "1..2" }],
  ["rollback", { target: "shop", version: "/etc/passwd" }],
  ["rollback", { target: "shop", version: "a//b" }],
  ["rollback", { target: "shop", version: "a/" }],
  ["rollback", { target: "shop", version: "a/-rf" }],
  ["rollback", { target: "shop", version: "1\n" }],
  ["rollback", { target: "shop" }],
  ["rollback", { target: "shop", version: 2 }],
  ["service_restart", { target: "shop", force: true }],
  ["scale_action", { target: "shop", replicas: 1_001 }],
  ["scale_action", { target: "shop", replicas: -1 }],
  ["scale_action", { target: "shop", replicas: 1.5 }],
  ["scale_action", { target: "shop", replicas: "3" }],
  ["config_update", { target: "shop", values: {} }],
  ["config_update", { target: "shop", values: { a: "x\ny" } }],
  ["config_update", { target: "shop", values: { a: { b: 1 } } }],
  ["http_probe", { url: "file:///etc/passwd" }],
  ["http_probe", { url: "https://a.example/", method: "POST" }],
])("%s refuses %j", (tool, params) => {
  expect(registry.checkParams(tool, params, "p")).not.toEqual([]);
});
