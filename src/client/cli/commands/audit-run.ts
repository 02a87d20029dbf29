/** `autoops audit verify RUN`: what the log tells of a run, held against what Temporal's history proves. */
import { loadLocal } from "../../../app/local.js";
import { readAudit } from "../../../platform/audit/read.js";
import { secretValues } from "../../../platform/secrets.js";
import type { AuditRecord } from "../../../schema/audit.js";
import type { Problem } from "../../../vocabulary/problems.js";
import { type Comparison, compareWithLog } from "../../runs/evidence/compare.js";
import { done, type Ending, failed } from "../ending.js";
import type { Session } from "../session.js";
import { style } from "../text.js";

/** The chain of the log has been found unbroken before; `document` tells of that. */
export async function holdAgainstHistory(
  session: Session,
  run: string,
  directory: string,
  document: object,
): Promise<Ending> {
  const { openRuns } = await import("../../runs/open-runs.js");
  const opened = await openRuns(session.environment);
  if (!opened.ok) return failed(opened.problems);
  try {
    const evidence = await opened.value.evidence(run);
    if (!evidence.ok) return failed(evidence.problems);
    const records: AuditRecord[] = [];
    for await (const { record } of readAudit(directory)) if (record.run === run) records.push(record);
    const compared = compareWithLog(evidence.value, records, await ownSecrets(session));
    const { isOpen, isWhole } = evidence.value;
    if (!isWhole)
      session.print.note("Temporal no longer holds the whole history: what only the log tells is not judged");
    return tell(session, run, compared, { ...document, run, isOpen, isWhole, ...compared });
  } finally {
    await opened.value.close();
  }
}

function tell(
  { print }: Session,
  run: string,
  { differences, decisions, effects }: Comparison,
  document: object,
): Ending {
  if (differences.length > 0) {
    const problems = differences.map(({ kind, message, sequence }): Problem => {
      const at = sequence === undefined ? run : `${run} #${sequence}`;
      return {
        code: "audit-differs",
        at,
        message: `${kind}: ${message}`,
        hint: `autoops audit tail, autoops watch ${run}`,
      };
    });
    return failed(problems, { ...document, ok: false, problems });
  }
  print.result(`${style.green("agreed")}: log and history tell the same of ${run}`);
  print.result(`  ${decisions} decisions and ${effects} effects are in both`);
  return done(document);
}

/** Values that the log's writer took out; a broken configuration takes out none. */
async function ownSecrets(session: Session): Promise<string[]> {
  const local = await loadLocal(session.environment);
  return local.ok ? secretValues(local.config, (name) => local.environment.secretFrom(name)) : [];
}
