/** That keys have changed stands in the audit log, as far as it can be written. */
import { createAuditLog } from "../../platform/audit/log.js";
import type { Environment } from "../../platform/environment.js";
import { isThere } from "../../platform/settings-file.js";
import { loadSigner } from "../../platform/signing.js";
import { storesOf } from "../../platform/stores.js";
import { ownName } from "./session.js";

export async function noteKeys(environment: Environment, details: Record<string, string>): Promise<void> {
  const { approvalKey, audit: directory } = storesOf(environment);
  const loaded = (await isThere(approvalKey)) ? await loadSigner(approvalKey) : undefined;
  const signer = loaded?.ok ? { signer: loaded.signer } : {};
  const audit = createAuditLog({ directory, ...signer, now: Date.now, onProblem: () => undefined });
  await audit.note({ event: "keys-changed", actor: ownName(), channel: "cli", details });
}
