/** Sources of kind `exposition`: a `/metrics` page. */
import type { Problem } from "../../../vocabulary/problems.js";
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { statusFailure } from "../../tools/kit/http-answers.js";
import { absentParams } from "../../tools/kit/metrics/params.js";
import type { Named, SourceConnector } from "../contract.js";
import { SAMPLE_URL } from "../kit/limits.js";
import { counted, sourceEmpty } from "../kit/source-checks.js";
import { parsePage } from "./format.js";
import { readExposition } from "./metrics.js";

const WINDOW_SECONDS = 5;
/** The tool waits that long between two samples. */
const PAGE_WINDOW_MAX_SECONDS = 60;
const absent = absentParams(
  "exposition",
  ["query", "signal", "signal_query", "datadog_query", "since", "until", "step_seconds"],
  "use ratio, rate or gauge, or a source of kind prometheus",
);

export const exposition: SourceConnector<"exposition"> = {
  kind: "exposition",
  urls: ({ url }) => [url],
  check,
  async readMetrics(source, { params, question }, context) {
    if (question.kind === "query") throw toolFailure("params-invalid", "a page takes no query", { retryable: false });
    return readExposition(source, question, params.window_seconds ?? WINDOW_SECONDS, context);
  },
  metricFaults: (params, at) => [...absent(params, at), ...longWindow(params, at)],
  sample: { kind: "exposition", url: SAMPLE_URL },
};

function longWindow(params: object, at: string): Problem[] {
  const window: unknown = Reflect.get(params, "window_seconds");
  if (typeof window !== "number" || window <= PAGE_WINDOW_MAX_SECONDS) return [];
  const rule = `at most ${PAGE_WINDOW_MAX_SECONDS} for a source of kind exposition, got ${window}`;
  const message = `${at}.window_seconds must be ${rule}`;
  const hint = "the tool waits that long between two samples";
  return [{ code: "params-invalid", at: `${at}.window_seconds`, message, hint }];
}

async function check(source: Named<"exposition">, context: ToolContext): Promise<string> {
  const answer = await context.fetch(source.url, { headers: source.headers, signal: context.signal });
  if (answer.status !== 200) throw statusFailure(`the source ${source.name}`, answer);
  const parsed = parsePage(answer.text);
  if (!parsed.ok) {
    const message = `the source ${source.name} must be a /metrics page; line ${parsed.line}: ${parsed.message}`;
    throw toolFailure("source-answer-invalid", message, { hint: "check the source's url and kind" });
  }
  if (parsed.page.samples.length === 0) throw sourceEmpty(source.name, "no sample on the page");
  return counted(parsed.page.samples.length, "sample");
}
