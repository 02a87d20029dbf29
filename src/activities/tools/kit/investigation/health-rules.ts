/** The health rules of `data/health`, read once; and the signs that log lines carry (`data/log-signs.yaml`). */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DATA, lazily, readData } from "../../../../platform/data-file.js";
import {
  type HealthFile,
  type HealthRule,
  healthSchema,
  type LogSign,
  logSignsSchema,
} from "../../../../schema/health.js";
import { shownNumber } from "../metrics/reading.js";
import type { ServiceParam } from "./evidence-schema.js";
import { matchersOf } from "./ranges.js";

/** All kinds, the most telling first. */
export const healthFiles = lazily((): readonly HealthFile[] =>
  readdirSync(join(DATA, "health"))
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .map((name) => readData(join("health", name), healthSchema))
    .sort((a, b) => b.rank - a.rank || (a.kind < b.kind ? -1 : 1)),
);

export const healthOf = (kind: string): HealthFile | undefined => healthFiles().find((one) => one.kind === kind);

export const logSigns = lazily(
  (): ReadonlyArray<LogSign & { test: RegExp }> =>
    readData("log-signs.yaml", logSignsSchema).signs.map((sign) => ({ ...sign, test: new RegExp(sign.pattern, "i") })),
);

/** What the first line says counts before what stands below it: that may be a trace, or lines that only follow. */
export function logSignOf(message: string): LogSign | undefined {
  const [first = ""] = message.split("\n", 1);
  const told = logSigns().find(({ test }) => test.test(first));
  // That code fails, or the head of a trace, is said better by what caused it.
  return told === undefined || told.code === "own-code" ? logSigns().find(({ test }) => test.test(message)) : told;
}

/** Whether a line tells that its writer begins. */
export const startLine = lazily((): RegExp => new RegExp(readData("log-signs.yaml", logSignsSchema).started, "i"));

/** What a service is, from the names of its metrics: kinds by rank. */
export function kindsOf(metrics: ReadonlySet<string>): string[] {
  const list = [...metrics];
  return healthFiles()
    .filter(({ recognise }) =>
      recognise.some((name) =>
        name.endsWith("*") ? list.some((metric) => metric.startsWith(name.slice(0, -1))) : metrics.has(name),
      ),
    )
    .map(({ kind }) => kind);
}

/** The rule's query for a service; undefined where it asks for a signal that the service does not give. */
export function queryOf(rule: Pick<HealthRule, "expr">, service: ServiceParam, window: string): string | undefined {
  const me = matchersOf(service.labels);
  if (me === "") return undefined;
  let lacks = false;
  const text = rule.expr
    .replace(/\$(requests|errors|latency|in_flight)\b/g, (_, name: keyof ServiceParam["signals"]) => {
      const signal = service.signals[name];
      if (signal === undefined) lacks = true;
      // Where nobody asked for anything it took no time that is a number, and one of those spoils a mean over hours.
      return name === "latency" ? `((${signal ?? ""}) >= 0)` : `(${signal ?? ""})`;
    })
    .replace(/\$me\b/g, () => me)
    .replace(/\$w\b/g, window);
  return lacks ? undefined : text;
}

/** `{{label}}` and `{{value}}` in a rule's sentence. */
export function sentenceOf(text: string, labels: Readonly<Record<string, string>>, value: number): string {
  return text.replace(/\{\{\s*(\w+)\s*(?:\|\s*(\w+)\s*)?\}\}/g, (_, name: string, form?: string) => {
    if (name !== "value") return labels[name] ?? "";
    if (form === "percent") return `${Math.round(value * 1_000) / 10} %`;
    if (form === "bytes") return bytesText(value);
    return shownNumber(value, 3);
  });
}

function bytesText(value: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let at = 0;
  let rest = value;
  while (Math.abs(rest) >= 1_000 && at < units.length - 1) {
    rest /= 1_000;
    at++;
  }
  return `${Number(rest.toPrecision(3))} ${units[at]}`;
}
