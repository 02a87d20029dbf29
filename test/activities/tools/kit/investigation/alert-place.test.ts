import { describe, expect, test } from "vitest";
import { placeOfAlert } from "../../../../../src/activities/tools/kit/investigation/alert-place.js";

const service = (name: string, kind: string | undefined, labels: Record<string, string> = {}) => ({
  ...{ name, kinds: kind === undefined ? [] : [kind], labels, instances: [], also: [], calls: [], runs_on: [] },
  signals: {},
});
const SERVICES = [
  service("box", "node", { job: "node" }),
  service("shop", "service", { job: "shop" }),
  service("export", undefined),
  service("price-import", undefined),
  service("logs-rates-sync", undefined),
];
/** Nothing is asked where labels say it. */
const place = (alertname: string, expr: string, labels: Record<string, string>) =>
  placeOfAlert(
    { labels: { alertname, ...labels } } as unknown as Parameters<typeof placeOfAlert>[0],
    ...([expr, SERVICES, {}, {}] as unknown as [string, never, never, never]),
  );

describe("a metric that a machine's exporter passes on", () => {
  const onBox = { job: "node", instance: "box:9100" };

  test("is about the job that its name tells", async () => {
    const expr = "time() - export_last_success_timestamp_seconds > 90000";
    expect(await place("JobStale", expr, onBox)).toEqual({ name: "export" });
    expect(await place("ExportStale", "time() - last_success_seconds > 90000", onBox)).toEqual({ name: "export" });
  });

  test.each([
    ["PricesOld", "time() - price_import_last_success_timestamp_seconds > 900"],
    ["PriceImportFailed", "last_run_failed == 1"],
    ["Stale", "time() - max(price:import:last_run) > 900"],
    ["RatesStale", "time() - rates_sync_last_success_timestamp_seconds > 45", "logs-rates-sync"],
    ["SyncOfRatesFailed", "last_run_failed == 1", "logs-rates-sync"],
  ])("is about a job of several words: %s", async (name, expr, about = "price-import") => {
    expect(await place(name, expr, onBox)).toEqual({ name: about });
  });

  test("of the machine's own is about the machine, and one that names nobody, too", async () => {
    expect(await place("ExportDiskFull", "node_filesystem_avail_bytes < 1", onBox)).toEqual({ name: "box" });
    const stale = "time() - last_success_seconds > 90000";
    expect(await place("JobStale", stale, onBox)).toEqual({ name: "box", passedOn: true });
    expect(await place("ExportSlow", "latency_seconds > 1", { job: "shop" })).toEqual({ name: "shop" });
  });
});
