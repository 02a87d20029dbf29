/** What the looks of a run covered, in words: who reads "nothing wrong" must know what was looked at. */
import { redact } from "../../../../core/redact.js";
import type { Json } from "../../../../schema/json.js";
import type { ToolContext } from "../../../define-tool.js";
import { listIn, numberIn, objectIn } from "../../rca/json-parts.js";
import { shortened } from "../finding.js";

const TEXT_MAX_CHARS = 300;

export interface Examined {
  node: string;
  what: string;
}

interface NodeOutput {
  node: string;
  tool: string;
  output: Json;
}

export function examined({ node, tool, output }: NodeOutput): Examined {
  return { node, what: whatOf(tool, output) };
}

/** Whether any look had something to look at: of a stack that gives no data nothing can be said, least of all that it is well. */
export function sawData(looks: readonly NodeOutput[]): boolean {
  return looks.some(({ tool, output }) => {
    const one = objectIn(output) ?? {};
    if (listIn(one.evidence).length > 0 || listIn(one.well).length > 0) return true;
    if (tool === "series_scan") return numberIn(one.series) > 0;
    return tool === "log_scan" && listIn(one.logs).some(({ lines }) => numberIn(lines) > 0);
  });
}

function whatOf(tool: string, output: Json): string {
  const one = objectIn(output) ?? {};
  if (tool === "alerts_active") return `${plural(numberIn(one.firing), "firing alert")}`;
  if (tool === "health_check") {
    const failed = numberIn(one.failed);
    return `${plural(numberIn(one.asked), "health rule")}${failed === 0 ? "" : `, ${failed} of them without an answer`}`;
  }
  if (tool === "series_scan") {
    return `${numberIn(one.series).toLocaleString("en")} series${one.truncated === true ? " (and more that were not read)" : ""}`;
  }
  if (tool !== "log_scan") return tool;
  const logs = listIn(one.logs);
  const lines = logs.reduce((sum, log) => sum + numberIn(log.lines), 0);
  return `${plural(logs.length, "log")} with ${lines.toLocaleString("en")} lines`;
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** Looks that failed, and why. */
export function notExamined({ soFar, nodeId }: ToolContext): Array<{ node: string; why: string }> {
  const nodes = soFar?.nodes ?? [];
  const failed = nodes
    .filter(({ id, status }) => id !== nodeId && status === "failed")
    .map(({ id, reason = "it failed" }) => ({ node: id, why: shortened(redact(reason), TEXT_MAX_CHARS) }));
  const logs = (soFar?.outputs ?? []).flatMap(({ node, output }) =>
    listIn(objectIn(output)?.logs).flatMap(({ source, failure }) =>
      typeof failure === "string" ? [{ node, why: `the log ${String(source)}: ${shortened(failure, 200)}` }] : [],
    ),
  );
  return [...failed, ...logs];
}
