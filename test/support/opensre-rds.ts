/** The published PostgreSQL incidents under ../shared/data/opensre, as CloudWatch's exporter stores them, and what is to be named. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { publicData } from "./public-data.js";
import type { StoredSeries } from "./victoria-metrics.js";

const FOLDER = publicData("opensre/rds_postgres");
const SCRAPE_MS = 60_000;
/** What the exporter would have stored before the first value that is published: an hour of the same. */
const BEFORE = 50;

export const RDS_PRESENT = existsSync(FOLDER);
export const rdsNames = (): string[] => (RDS_PRESENT ? readdirSync(FOLDER).sort() : []);

/** Signs of which the first cause must show one, and none may be named where nothing is wrong. */
export const RDS_NAMED: Record<string, string[]> = {
  "002-connection-exhaustion": ["connections-rise", "connections-full"],
  "004-cpu-saturation-bad-query": ["cpu"],
  "006-replication-lag-cpu-redherring": ["wal-flood", "writes-rose", "replica-lag", "replica-behind"],
  "008-storage-full-missing-metric": ["storage-full", "writes-stopped"],
  "010-replication-lag-missing-metric": ["wal-flood", "writes-rose", "replica-lag", "replica-behind"],
  "012-replication-lag-misleading-events": ["wal-flood", "writes-rose", "replica-lag", "replica-behind"],
  "014-checkpoint-storm-cpu-saturation": ["wal-flood", "writes-rose", "disk-queue"],
};

interface Metric {
  metric_name: string;
  unit?: string;
  dimensions: Array<{ Value: string }>;
  values: number[];
}
export interface RdsIncident {
  instance: string;
  replica: string | undefined;
  series: StoredSeries[];
  /** `time message`, as a log of events. */
  events: Array<{ instance: string; line: string }>;
  metrics: Metric[];
}

/** `CPUUtilization` is `aws_rds_cpuutilization_average` there. */
const exported = (name: string): string =>
  `aws_rds_${name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase()}_average`;

/** Moved in time so that its last value is of `endMs`. `isFlat`: an hour of the first value stands before it. */
export function rdsIncident(name: string, endMs: number, isFlat: boolean): RdsIncident {
  const path = join(FOLDER, name);
  const read = (file: string) => JSON.parse(readFileSync(join(path, file), "utf8"));
  const { commonAnnotations: about } = read("alert.json");
  const whole = existsSync(join(path, "aws_cloudwatch_metrics.json"))
    ? (read("aws_cloudwatch_metrics.json").metric_data_results as Metric[])
    : readdirSync(path)
        .filter((file) => /^aws_cloudwatch_metrics_(?!envelope)/.test(file))
        .map((file) => read(file) as Metric);
  const instance: string = about.db_instance;
  // What the base scenario has of another database is none of this one.
  const metrics = whole.filter(({ dimensions }) => dimensions[0]?.Value.startsWith(instance));
  const replica = metrics.map(({ dimensions }) => dimensions[0]?.Value).find((one) => one !== instance);
  const series = metrics.map(({ metric_name, unit, dimensions, values }): StoredSeries => {
    // CloudWatch's own latencies are in seconds, and some of the published ones say that they are not.
    const scale = unit === "Milliseconds" ? 0.001 : 1;
    const all = [...Array.from({ length: isFlat ? BEFORE : 0 }, () => values[0] ?? 0), ...values];
    return {
      labels: { __name__: exported(metric_name), dbinstance_identifier: dimensions[0]?.Value ?? "", job: "aws_rds" },
      samples: all.map((value, index) => [endMs - (all.length - 1 - index) * SCRAPE_MS, value * scale]),
    };
  });
  const ends = metrics[0] === undefined ? 0 : Date.parse(envelopeOf(path).end_time);
  const events = (
    read("aws_rds_events.json").events as Array<{ date: string; message: string; source_identifier: string }>
  ).map(({ date, message, source_identifier }) => ({
    instance: source_identifier,
    line: `${new Date(endMs - ends + Date.parse(date)).toISOString()} ${message}`,
  }));
  return { instance, replica: about.read_replica ?? replica, series, events, metrics };
}

const envelopeOf = (path: string): { end_time: string } => {
  const file = ["aws_cloudwatch_metrics.json", "aws_cloudwatch_metrics_envelope.json"]
    .map((one) => join(path, one))
    .find((one) => existsSync(one));
  return JSON.parse(readFileSync(file ?? "", "utf8"));
};

/** A line each: the metric that moved farthest from its first values, by its own spread. */
export function largestMove({ metrics }: RdsIncident): string {
  const moved = metrics.map(({ metric_name, values }) => {
    const start = values.slice(0, 3);
    const mean = start.reduce((sum, value) => sum + value, 0) / start.length;
    const spread = Math.max(...start.map((value) => Math.abs(value - mean)), Math.abs(mean) * 0.05, 1e-9);
    return { metric_name, z: Math.max(...values.map((value) => Math.abs(value - mean) / spread)) };
  });
  return moved.sort((a, b) => b.z - a.z)[0]?.metric_name ?? "";
}
