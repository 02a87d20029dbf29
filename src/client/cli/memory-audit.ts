/** Who changed the memory by hand, or took it away, stands in the audit log. */
import type { Environment } from "../../platform/environment.js";
import { noteLocally } from "./own-audit.js";
import type { Session } from "./session.js";

export function noteMemory(
  session: Session,
  environment: Environment,
  details: object,
  event: "memory-changed" | "export" | "playbook-accepted" = "memory-changed",
): Promise<void> {
  return noteLocally(session, environment, [{ event, details }]);
}
