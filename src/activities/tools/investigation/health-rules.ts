/** The health rules of `data/health`, read once; and the signs that log lines carry (`data/log-signs.yaml`). */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseDocumentText } from "../../../schema/document.js";
import {
  type HealthFile,
  type HealthRule,
  healthSchema,
  type LogSign,
  logSignsSchema,
} from "../../../schema/health.js";
import { parseWith } from "../../../schema/problems.js";
import type { ServiceParam } from "./evidence-schema.js";
import { matchersOf } from "./ranges.js";

/** As far above `src` as above `dist`. */
const DATA = resolve(import.meta.dirname, "../../../../data");

let files: HealthFile[] | undefined;
let signs: Array<LogSign & { test: RegExp }> | undefined;

/** All kinds, the most telling first. The files are the product's own: one that is broken is our bug and throws. */
export function healthFiles(): readonly HealthFile[] {
  files ??= readdirSync(join(DATA, "health"))
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .map((name) => read(join(DATA, "health", name), healthSchema))
    .sort((a, b) => b.rank - a.rank || (a.kind < b.kind ? -1 : 1));
  return files;
}

export const healthOf = (kind: string): HealthFile | undefined => healthFiles().find((one) => one.kind === kind);

export function logSigns(): ReadonlyArray<LogSign & { test: RegExp }> {
  signs ??= read(join(DATA, "log-signs.yaml"), logSignsSchema).signs.map((sign) => ({
    ...sign,
    test: new RegExp(sign.pattern, "i"),
  }));
  return signs;
}

function read<T>(path: string, schema: Parameters<typeof parseWith<T>>[0]): T {
  const document = parseDocumentText(readFileSync(path, "utf8"), path);
  if (!document.ok) throw new Error(document.problems[0]?.message);
  const parsed = parseWith(schema, document.value, { at: path });
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return parsed.value;
}

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
export function queryOf(rule: HealthRule, service: ServiceParam, window: string): string | undefined {
  const me = matchersOf(service.labels);
  if (me === "") return undefined;
  let lacks = false;
  const text = rule.expr
    .replace(/\$(requests|errors|latency|in_flight)\b/g, (_, name: keyof ServiceParam["signals"]) => {
      const signal = service.signals[name];
      if (signal === undefined) lacks = true;
      return `(${signal ?? ""})`;
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
    return String(Number(value.toPrecision(3)));
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
