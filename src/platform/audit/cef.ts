/** Audit records as CEF (Common Event Format, version 0), one line each, for a SIEM. */

import type { AuditEvent, AuditRecord } from "../../schema/audit.js";
import { visibleLine } from "../../vocabulary/visible.js";

/** Severity from 0 to 10: what was refused stands above what was done, and that above what was seen. */
const SEVERITIES: Partial<Record<AuditEvent, number>> = {
  "signature-refused": 8,
  "grant-refused": 8,
  "login-refused": 7,
  "access-refused": 6,
  "api-key-created": 5,
  "api-key-revoked": 5,
  "decision-refused": 6,
  "lines-lost": 7,
  "graph-refused": 6,
  "policy-changed": 6,
  "registry-changed": 6,
  "keys-changed": 7,
  "line-torn": 5,
  "tool-called": 4,
  "gate-closed": 4,
  "vote-recorded": 4,
  export: 4,
};
const SEVERITY_DEFAULT = 3;

export function cefOf(record: AuditRecord, productVersion: string): string {
  const { event, sequence, time, actor, channel, run, run_key, node, digest, code, details, hash } = record;
  const name = event.replaceAll("-", " ");
  const header = ["AutoOps", "AutoOps Architect", productVersion, event, name].map(headerText).join("|");
  const fields: Record<string, string | undefined> = {
    rt: String(Date.parse(time)),
    externalId: String(sequence),
    suser: actor,
    app: channel,
    reason: code,
    ...custom(1, "run", run),
    ...custom(2, "runKey", run_key),
    ...custom(3, "node", node),
    ...custom(4, "digest", digest),
    ...custom(5, "hash", hash),
    msg: details === undefined ? undefined : JSON.stringify(details),
  };
  const extension = Object.entries(fields)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${extensionText(value)}`]))
    .join(" ");
  return `CEF:0|${header}|${SEVERITIES[event] ?? SEVERITY_DEFAULT}|${extension}`;
}

const custom = (number: number, label: string, value: string | undefined): Record<string, string> =>
  value === undefined ? {} : { [`cs${number}`]: value, [`cs${number}Label`]: label };

/** What a reader may take for the end of a line, or a terminal for a command, is written by its number. */
const headerText = (text: string): string => visibleLine(text).replace(/[\\|]/g, "\\$&");

const extensionText = (text: string): string =>
  text
    .split("\n")
    .map((row) => row.split("\r").map(valueText).join("\\r"))
    .join("\\n");

const valueText = (text: string): string => visibleLine(text).replace(/[\\=]/g, "\\$&");
