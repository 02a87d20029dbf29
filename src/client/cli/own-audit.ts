/** What a command writes to the audit log of this machine; that it cannot be written keeps nobody from the command. */
import { planLines } from "../../core/report/audit-lines.js";
import { createAuditLog } from "../../platform/audit/log.js";
import { digestOf } from "../../platform/digest.js";
import type { Environment } from "../../platform/environment.js";
import { storesOf } from "../../platform/stores.js";
import type { AuditEntry } from "../../schema/audit.js";
import type { GraphInput } from "../../schema/graph.js";
import type { Problem } from "../../vocabulary/problems.js";
import { ownName, type Session } from "./session.js";

export async function noteLocally(
  { print }: Session,
  environment: Environment,
  entries: readonly AuditEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const onProblem = (message: string) => print.note(message);
  const audit = createAuditLog({ directory: storesOf(environment).audit, now: Date.now, onProblem });
  for (const entry of entries) await audit.note({ actor: ownName(), channel: "cli", ...entry });
}

type Planned =
  | { ok: true; written: GraphInput; planner: string; playbook?: string; notices: Problem[] }
  | { ok: false; problems: Problem[] };

/** A plan that was made in this process, where no worker tells of it. */
export async function notePlan(session: Session, environment: Environment, drafted: Planned): Promise<void> {
  const planned = drafted.ok ? { ...drafted, nodes: drafted.written.nodes.length } : drafted;
  await noteLocally(session, environment, planLines(planned, drafted.ok ? { digest: digestOf(drafted.written) } : {}));
}
