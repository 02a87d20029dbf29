/** Published incidents of Amazon RDS for PostgreSQL, by the same looks as any stack that is on the map. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { diagnosis } from "../../../src/activities/tools/diagnosis.js";
import { healthCheck } from "../../../src/activities/tools/health-check.js";
import { diagnosisSchema } from "../../../src/activities/tools/kit/investigation/diagnosis-schema.js";
import { logScan } from "../../../src/activities/tools/log-scan.js";
import { seriesScan } from "../../../src/activities/tools/series-scan.js";
import { reachingContext } from "../../support/local-server.js";
import { largestMove, RDS_NAMED, RDS_PRESENT, rdsIncident, rdsNames } from "../../support/opensre-rds.js";
import { configOf } from "../../support/tool-context.js";
import { hasVictoriaMetrics, startVictoriaMetrics, type VictoriaMetrics } from "../../support/victoria-metrics.js";

const NOW = Math.floor(Date.now() / 60_000) * 60_000;
const CAN = hasVictoriaMetrics && RDS_PRESENT;

describe.skipIf(!CAN)("OpenSRE, PostgreSQL half (needs VictoriaMetrics: npm run setup:test)", () => {
  let store: VictoriaMetrics;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "rds-"));
    store = await startVictoriaMetrics();
  });
  afterAll(async () => {
    await store?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function told(name: string, isFlat: boolean) {
    const { instance, replica, series, events } = rdsIncident(name, NOW, isFlat);
    const mark = `${name}-${isFlat}`;
    await store.store(series.map(({ labels, samples }) => ({ labels: { ...labels, case: mark }, samples })));
    const service = (id: string, calls: string[]) => ({
      ...{ name: id, kinds: ["rds"], labels: { dbinstance_identifier: id, case: mark } },
      ...{ instances: [], also: [], calls, runs_on: [], signals: {} },
    });
    const services = [service(instance, []), ...(replica === undefined ? [] : [service(replica, [instance])])];
    const logs = services.map(({ name: id }) => {
      const path = join(folder, `${mark}-${id}.log`);
      writeFileSync(
        path,
        events
          .filter((one) => one.instance === id)
          .map(({ line }) => `${line}\n`)
          .join(""),
      );
      return { source: id, service: id, path };
    });
    const sources = {
      prom: { kind: "prometheus", url: store.url },
      ...Object.fromEntries(logs.map(({ source, path }) => [source, { kind: "files", path }])),
    };
    const context = reachingContext(configOf({ files: { roots: [folder] }, sources: sources as never }), {
      now: () => NOW,
    });
    const health = await healthCheck.run(
      healthCheck.params.parse({ source: "prom", services, scrape_seconds: 60 }),
      context,
    );
    const scan = await logScan.run(
      logScan.params.parse({ logs: logs.map(({ source, service: id }) => ({ source, service: id })), services }),
      context,
    );
    const moves = await seriesScan.run(
      seriesScan.params.parse({ source: "prom", services, scrape_seconds: 60 }),
      context,
    );
    const outputs = [
      { node: "health", tool: "health_check", output: health },
      { node: "series", tool: "series_scan", output: moves },
      { node: "logs", tool: "log_scan", output: scan },
    ];
    const soFar = { goal: "", startedAtMs: NOW, findings: [], nodes: [], decisions: [], outputs, leftOut: [] };
    const output = await diagnosis.run(diagnosis.params.parse({ services, target: instance }), {
      ...context,
      nodeId: "cause",
      soFar: soFar as never,
    });
    return diagnosisSchema.parse(output);
  }

  const faulty = Object.keys(RDS_NAMED);
  const HISTORIES = [true, false];
  test.each(faulty.flatMap((name) => HISTORIES.map((isFlat) => ({ name, isFlat }))))(
    "$name (an hour before it is known: $isFlat) is likely, and its first sign is that of the cause",
    async ({ name, isFlat }) => {
      const { certainty, causes, signs } = await told(name, isFlat);
      expect(certainty).toBe("likely");
      expect(causes[0]?.service).toBe(rdsIncident(name, NOW, isFlat).instance);
      expect(RDS_NAMED[name]).toContain(signs[0]?.code);
    },
  );

  test.each(
    rdsNames()
      .filter((name) => !faulty.includes(name))
      .flatMap((name) => HISTORIES.map((isFlat) => ({ name, isFlat }))),
  )("$name (an hour before it is known: $isFlat) names nothing", async ({ name, isFlat }) => {
    const { certainty, causes, headline } = await told(name, isFlat);
    expect({ certainty, causes }).toEqual({ certainty: "inconclusive", causes: [] });
    expect(headline).toMatch(/^Nothing wrong was found/);
  });

  test("is not had by the metric that moves most: of seven it names three", () => {
    const right = faulty.filter((name) => MOVED[name]?.includes(largestMove(rdsIncident(name, NOW, false))));
    expect(right).toHaveLength(3);
  });
});

/** The metrics that each incident is about. */
const LAG = ["ReplicaLag", "TransactionLogsGeneration", "WriteIOPS"];
const MOVED: Record<string, string[]> = {
  "002-connection-exhaustion": ["DatabaseConnections"],
  "004-cpu-saturation-bad-query": ["CPUUtilization", "ReadIOPS"],
  "006-replication-lag-cpu-redherring": LAG,
  "008-storage-full-missing-metric": ["FreeStorageSpace", "WriteIOPS"],
  "010-replication-lag-missing-metric": LAG,
  "012-replication-lag-misleading-events": LAG,
  "014-checkpoint-storm-cpu-saturation": ["TransactionLogsGeneration", "WriteIOPS", "DiskQueueDepth"],
};
