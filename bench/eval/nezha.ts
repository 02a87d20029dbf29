/** Faults of a boutique shop, one a minute, from ../shared/data/nezha-ob. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { CallSpan } from "../../src/activities/tools/rca/rank-causes.js";
import type { MetricSeries } from "../../src/activities/tools/rca/ranking/input.js";
import type { Case } from "./cases.js";

const ROOT = "../shared/data/nezha-ob";
export const NEZHA_PRESENT = existsSync(ROOT);
const BEFORE_SECONDS = 3_600;
/** A fault lasts three minutes; the next comes about eight minutes after it began. */
const AFTER_SECONDS = 240;
const COLUMNS_SKIPPED = 3;

interface Fault {
  inject_timestamp: string;
  inject_pod: string;
  inject_type: string;
}

const rows = (text: string): string[][] =>
  text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(","));

const serviceOf = (pod: string): string => pod.replace(/-[a-z0-9]+-[a-z0-9]+$/, "");

function seriesOf(file: string, node: string): MetricSeries[] {
  const [header = [], ...lines] = rows(readFileSync(file, "utf8"));
  return header.slice(COLUMNS_SKIPPED).map((metric, index) => ({
    node,
    metric,
    points: lines.map((line): [number, number | null] => {
      const value = line[index + COLUMNS_SKIPPED] ?? "";
      return [Number(line[1]), value === "" ? null : Number(value)];
    }),
  }));
}

const around = (series: MetricSeries, at: number): MetricSeries => ({
  ...series,
  points: series.points.filter(([time]) => time >= at - BEFORE_SECONDS && time < at + AFTER_SECONDS),
});

/** The two minutes on hand before the fault, and its own: not every minute is there. */
function filesAround(day: string, at: number): string[] {
  const folder = join(ROOT, day, "trace");
  if (!existsSync(folder)) return [];
  const timed = readdirSync(folder)
    .sort()
    .map((name) => ({
      file: join(folder, name),
      from: Date.parse(`${day}T${name.slice(0, 5).replace("_", ":")}:00Z`) / 1_000,
    }));
  const before = timed.filter(({ from }) => from + 60 <= at).slice(-2);
  const during = timed.filter(({ from }) => from + 60 > at && from < at + AFTER_SECONDS);
  return during.length === 0 ? [] : [...before, ...during].map(({ file }) => file);
}

const spansOf = (day: string, at: number): CallSpan[] => filesAround(day, at).flatMap(spansIn);

function spansIn(file: string): CallSpan[] {
  return rows(gunzipSync(readFileSync(file)).toString("utf8"))
    .slice(1)
    .map(([, id = "", parent = "", pod = "", operation = "", start, end]) => ({
      id,
      ...(parent === "root" ? {} : { parent }),
      service: serviceOf(pod),
      operation,
      start: Number(start) / 1e9,
      seconds: (Number(end) - Number(start)) / 1e9,
    }));
}

export function nezhaCases(): Case[] {
  return readdirSync(ROOT)
    .filter((name) => /^\d{4}-/.test(name))
    .sort()
    .flatMap((day) => {
      const folder = join(ROOT, day, "metric");
      const all = readdirSync(folder)
        .filter((name) => name.endsWith("_metric.csv"))
        .flatMap((name) => seriesOf(join(folder, name), serviceOf(name.replace("_metric.csv", ""))));
      const graph = rows(readFileSync(join(folder, "dependency.csv"), "utf8"))
        .slice(1)
        .map(([caller = "", callee = ""]): [string, string] => [caller, callee])
        .filter(([, callee]) => !/^[\d.]+$/.test(callee));
      const hours = JSON.parse(readFileSync(join(ROOT, day, "faults.json"), "utf8")) as Record<string, Fault[]>;
      return Object.values(hours)
        .flat()
        .map((fault) => {
          const at = Number(fault.inject_timestamp);
          return {
            name: `${day} ${new Date(at * 1_000).toISOString().slice(11, 16)}`,
            category: fault.inject_type,
            metrics: all.map((series) => around(series, at)),
            graph,
            target: { node: "frontend", metric: "PodServerLatencyP90(s)" },
            noticedAt: at,
            cause: serviceOf(fault.inject_pod),
            spans: spansOf(day, at),
          };
        });
    });
}
