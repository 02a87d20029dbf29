import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { assemble } from "../../../src/activities/discover/assemble.js";
import type { FoundService } from "../../../src/activities/discover/found.js";
import { discoverLogs } from "../../../src/activities/discover/logs.js";
import { logScan } from "../../../src/activities/tools/log-scan.js";
import { configOf, contextOf } from "../../support/tool-context.js";

const AT = "2026-11-22T11:59:";

function service(name: string, port: number): FoundService {
  const instances = [`10.0.0.1:${port}`];
  return {
    name,
    kinds: ["service"],
    source: "prometheus",
    labels: { job: name },
    instances,
    also: [],
    signals: {},
    metrics: [],
  };
}
const NAMES = { time_field: "time", level_field: "level", message_field: "message" };
const SERVICES = [service("orders", 9001), service("stock-api", 9002)];

/** A folder of logs, and what is found in it by one source. */
async function found(files: Record<string, string[]>, path: string, format: "json" | "text") {
  const root = mkdtempSync(join(tmpdir(), "shared-log-"));
  mkdirSync(root, { recursive: true });
  for (const [name, lines] of Object.entries(files)) writeFileSync(join(root, name), `${lines.join("\n")}\n`);
  const source = { kind: "files", path: join(root, path), format, ...NAMES } as never;
  const config = configOf({ files: { roots: [root] }, sources: { everything: source } });
  const context = contextOf(config);
  const logs = await discoverLogs(config, context, []);
  const map = assemble([{ services: SERVICES, calls: [], alertRules: [], notes: [] }], logs, config);
  const owners = Object.entries(map.services).flatMap(([name, one]) => (one.logs.length > 0 ? [name] : []));
  const params = {
    logs: owners.map((name) => ({ source: "everything", service: name })),
    services: Object.entries(map.services).map(([name, one]) => ({
      ...{ name, kinds: one.kinds, labels: one.labels ?? {}, instances: one.instances, also: one.also },
      ...{ calls: [], runs_on: [] },
    })),
    since: "1h",
  };
  const scanned = logScan.params.parse(params);
  return { owners, scan: () => logScan.run(scanned as never, context) as Promise<Scanned> };
}
interface Scanned {
  logs: Array<{ service: string; lines: number }>;
  evidence: Array<{ service: string; text: string }>;
}

const FAILS = ["01", "02", "03", "04", "05"];

describe("a log that several services write to belongs to each", () => {
  test.each<[string, Record<string, string[]>, string, "json" | "text"]>([
    [
      "by its files",
      {
        "orders.log": [`${AT}00Z INFO started`],
        "stock-api.log": FAILS.map((second) => `${AT}${second}Z ERROR NullPointerException at Stock.take`),
      },
      "*.log",
      "text",
    ],
    [
      "by rotated files with dates",
      {
        "orders-2026-11-22.log": [`${AT}00Z INFO started`],
        "stock-api-2026-11-22.log": FAILS.map((second) => `${AT}${second}Z ERROR NullPointerException at Stock.take`),
      },
      "*.log",
      "text",
    ],
    [
      "by a field",
      {
        "all.json": [
          JSON.stringify({ time: `${AT}00Z`, level: "info", service: "orders", msg: "started" }),
          ...FAILS.map((second) =>
            JSON.stringify({
              time: `${AT}${second}Z`,
              level: "error",
              service: "stock-api",
              msg: "NullPointerException at Stock.take",
            }),
          ),
        ],
      },
      "all.json",
      "json",
    ],
    [
      "by a word in the line",
      {
        "all.log": [
          `${AT}00Z level=info app=orders msg="started"`,
          ...FAILS.map(
            (second) => `${AT}${second}Z level=error app=stock-api msg="NullPointerException at Stock.take"`,
          ),
        ],
      },
      "all.log",
      "text",
    ],
  ])("%s", async (_, files, path, format) => {
    const { owners, scan } = await found(files, path, format);
    expect(owners).toEqual(["orders", "stock-api"]);
    const { logs, evidence } = await scan();
    expect(logs).toMatchObject([
      { service: "orders", lines: 1 },
      { service: "stock-api", lines: 5 },
    ]);
    expect([...new Set(evidence.map((one) => one.service))]).toEqual(["stock-api"]);
  });

  test.each([
    { error: "dial tcp 10.0.0.1:9002: connect: connection refused" },
    { err: { type: "ConnectError", message: "connect ECONNREFUSED 10.0.0.1:9002" } },
    { exception: "java.net.ConnectException: Connection refused: 10.0.0.1:9002" },
  ])("what failed may stand in a field beside the message: %j", async (more) => {
    const lines = FAILS.map((second) =>
      JSON.stringify({ time: `${AT}${second}Z`, level: "error", msg: "request failed", ...more }),
    );
    const { scan } = await found({ "orders.json": lines }, "orders.json", "json");
    const [first] = (await scan()).evidence;
    expect(first).toMatchObject({ service: "stock-api", code: "cannot-connect", teller: "orders" });
  });

  test("what nobody else shows is put on the map beside those that are known", async () => {
    const line = [`${AT}00Z INFO started`];
    const { owners } = await found({ "orders.log": line, "refunds.log": line }, "*.log", "text");
    expect(owners).toEqual(["orders", "refunds"]);
  });

  test("instances of one service are one", async () => {
    const line = [`${AT}00Z INFO started`];
    const { owners } = await found({ "orders-1.log": line, "orders-2.log": line }, "orders-*.log", "text");
    expect(owners).toEqual(["orders"]);
  });
});
