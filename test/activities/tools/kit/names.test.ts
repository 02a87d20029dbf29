/** Name-like params against a set of hostile values and real names. Nothing of it is run. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createDefaultRegistry } from "../../../../src/activities/registry.js";

const DATA = "../shared/data/adversarial/command_injection.jsonl";
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
const refuses = (tool: string, params: Record<string, string>): boolean =>
  registry.checkParams(tool, params, "p").length > 0;

describe.skipIf(!present)("hostile values and real names (skipped where ../shared/data is absent)", () => {
  test("no hostile value is a target, version, channel, source, setting or time", () => {
    const hostile = rows().filter((row) => row.expect === "reject");
    expect(hostile.length).toBeGreaterThan(100);
    for (const { id, value, technique } of hostile) {
      expect(refuses("rollback", { target: value, version: "1" }), `${id} as target`).toBe(true);
      // A namespace must hold no slash; an image may.
      const isImage = technique === "slash";
      expect(refuses("rollback", { target: "shop", version: value }), `${id} as version`).toBe(!isImage);
      expect(refuses("notification", { channel: value, message: "x" }), `${id} as channel`).toBe(true);
      expect(refuses("metric_query", { source: value, query: "up" }), `${id} as source`).toBe(true);
      expect(refuses("metric_query", { source: "prom", query: "up", since: value }), `${id} as time`).toBe(true);
      expect(refuses("dns_probe", { name: value }), `${id} as name`).toBe(true);
      expect(refuses("tls_probe", { host: value }), `${id} as host`).toBe(true);
      expect(refuses("ticket_create", { tracker: value, title: "x", body: "x" }), `${id} as tracker`).toBe(true);
      expect(refuses("custom_script", { program: value }), `${id} as program`).toBe(true);
      const setting = registry.checkParams("config_update", { target: "shop", values: { [value]: 1 } }, "p");
      expect(setting, `${id} as setting`).not.toEqual([]);
    }
  });

  test("every real name may be a target, a channel and a source, and every real query passes as it is", () => {
    const real = rows().filter((row) => row.expect === "accept");
    const names = real.filter((row) => ["k8s_name", "namespace"].includes(row.param));
    expect(names.length).toBeGreaterThan(10);
    for (const { id, value } of names) {
      expect(refuses("rollback", { target: value, version: "1" }), id).toBe(false);
      expect(refuses("notification", { channel: value, message: "x" }), id).toBe(false);
      expect(refuses("metric_query", { source: value, query: "up" }), id).toBe(false);
    }
    for (const { id, value } of real.filter((row) => row.param === "image")) {
      expect(refuses("rollback", { target: "shop", version: value }), id).toBe(false);
    }
    for (const { id, value } of real.filter((row) => row.param === "hostname")) {
      expect(refuses("dns_probe", { name: value }), id).toBe(false);
      expect(refuses("tls_probe", { host: value }), id).toBe(false);
    }
    for (const { id, value } of real.filter((row) => row.param === "duration")) {
      expect(refuses("metric_query", { source: "prom", query: "up", since: value }), id).toBe(false);
    }
    // What is no PromQL at all is refused before it is sent; a real query passes as it is.
    for (const { id, value } of real.filter((row) => row.param === "promql_query")) {
      expect(refuses("metric_query", { source: "prom", query: value }), id).toBe(false);
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
    expect(refuses("dns_probe", { name }), name).toBe(false);
  }
});

test("ordinary versions and settings pass", () => {
  for (const version of ["2", "v1.4.2", "2024-06-01", "1.0.0-rc.1+build.5", "sha256:4f2a", "release_7", ...IMAGES]) {
    expect(refuses("rollback", { target: "shop", version }), version).toBe(false);
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
