/** Audit logs of tests, in a folder that ends with the test. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type AuditLog, type AuditLogOptions, createAuditLog } from "../../../src/platform/audit/log.js";
import { loadSigner, type Signer } from "../../../src/platform/signing.js";
import type { AuditEntry, AuditRecord } from "../../../src/schema/audit.js";

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "autoops-audit-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function signerIn(folder: string, name = "key.json"): Promise<Signer> {
  const loaded = await loadSigner(join(folder, name));
  if (!loaded.ok) throw new Error(loaded.problem.message);
  return loaded.signer;
}

export const START_MS = Date.parse("2026-03-01T10:00:00.000Z");

export interface Opened {
  log: AuditLog;
  directory: string;
  troubles: string[];
}

/** A log whose clock goes on by a second a line. */
export function openLog(folder: string, more: Partial<AuditLogOptions> = {}): Opened {
  const directory = join(folder, "audit");
  const troubles: string[] = [];
  let nowMs = START_MS;
  const now = () => (nowMs += 1_000);
  return {
    log: createAuditLog({ directory, now, onProblem: (text) => troubles.push(text), ...more }),
    directory,
    troubles,
  };
}

/** The n-th of some ordinary entries. */
export function entryOf(n: number): AuditEntry {
  const run = `checkout-${n % 3}`;
  if (n % 4 === 0) return { event: "run-started", actor: "rita", channel: "cli", run };
  if (n % 4 === 1) return { event: "node-started", run, node: `look-${n}`, actor: "rita", details: { attempt: 1 } };
  if (n % 4 === 2)
    return {
      event: "tool-called",
      run,
      node: `mend-${n}`,
      digest: "ab".repeat(32),
      details: { tool: "rollback", zürich: "ü€😀" },
    };
  return { event: "node-finished", run, node: `mend-${n}`, code: "tool-failed", details: { attempt: n } };
}

export const logFiles = (directory: string): string[] =>
  (existsSync(directory) ? readdirSync(directory) : []).filter((name) => name.startsWith("audit-")).sort();

export const linesIn = (directory: string): string[] =>
  logFiles(directory).flatMap((name) => readFileSync(join(directory, name), "utf8").split("\n").filter(Boolean));

export const recordsIn = (directory: string): AuditRecord[] =>
  linesIn(directory).map((line) => JSON.parse(line) as AuditRecord);

/** Takes bytes off the end of a file. */
export function cutFile(file: string, bytes: number): void {
  const whole = readFileSync(file);
  writeFileSync(file, whole.subarray(0, whole.length - bytes));
}
