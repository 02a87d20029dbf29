/** Whether a declared source can be reached, takes our credentials, is what its kind says, and holds anything. */
import type { Source } from "../../schema/config.js";
import type { Problem } from "../../vocabulary/problems.js";
import { type ToolContext, ToolFailure, toolFailure } from "../define-tool.js";
import { logCollector } from "../tools/log-collector.js";
import { sourceEmpty } from "./kit/source-checks.js";
import { connectorOf } from "./sources.js";

/** What was seen, in words; or what is wrong. */
export type SourceVerdict = { ok: true; says: string } | { ok: false; problem: Problem };

/** Log lines of this long back are looked for: a quiet day is no fault, and a week could be much to read. */
const LOOK_BACK = "24h";
/** Milliseconds that looking at one source may take, all its questions together. */
const LOOK_MAX_MS = 30_000;

/** Asks the source one small question, as its tool would. Never rejects for what the source does. */
export function checkSource(name: string, source: Source, context: ToolContext): Promise<SourceVerdict> {
  return verdictOf(`sources.${name}`, async () => {
    const slow = AbortSignal.timeout(LOOK_MAX_MS);
    try {
      return await checkInTime(name, source, { ...context, signal: AbortSignal.any([context.signal, slow]) });
    } catch (error) {
      if (!slow.aborted || !(error instanceof ToolFailure)) throw error;
      const message = `the source ${name} did not answer in ${LOOK_MAX_MS / 1_000} seconds`;
      throw toolFailure("timed-out", message, { hint: "look at why it is slow" });
    }
  });
}

/** What a look says, or the problem that it ended in. */
export async function verdictOf(at: string, looked: () => Promise<string>): Promise<SourceVerdict> {
  try {
    return { ok: true, says: await looked() };
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    const { code, message, hint } = error;
    const problem: Problem = { code, at, message };
    return { ok: false, problem: hint === undefined ? problem : { ...problem, hint } };
  }
}

async function checkInTime(name: string, source: Source, context: ToolContext): Promise<string> {
  const looked = connectorOf(source).check?.({ ...source, name }, context);
  return looked === undefined ? checkLogs(name, context) : looked;
}

async function checkLogs(name: string, context: ToolContext): Promise<string> {
  const params = logCollector.params.parse({ source: name, since: LOOK_BACK, max_lines: 1 });
  const found = await logCollector.run(params, context);
  const [lost] = found.unreadable;
  if (lost !== undefined) throw toolFailure("source-error", `${lost.path} could not be read: ${lost.message}`);
  if (found.last === null) throw sourceEmpty(name, `no line of the last ${LOOK_BACK}`);
  return `the newest line is of ${found.last}`;
}
