/** Who changed the memory by hand, or took it away, stands in the audit log; that it cannot be written keeps nobody from it. */
import { createAuditLog } from "../../platform/audit/log.js";
import type { Environment } from "../../platform/environment.js";
import { storesOf } from "../../platform/stores.js";
import { ownName, type Session } from "./session.js";

export async function noteMemory(
  { print }: Session,
  environment: Environment,
  details: object,
  event: "memory-changed" | "export" | "playbook-accepted" = "memory-changed",
): Promise<void> {
  const onTrouble = (message: string) => print.note(message);
  const audit = createAuditLog({ directory: storesOf(environment).audit, now: Date.now, onTrouble });
  await audit.note({ event, actor: ownName(), channel: "cli", details });
}
