/** What the activities are given by main: everything of the machine comes through here. */
import type { Policy } from "../core/policy.js";
import type { Report } from "../core/report.js";
import type { Finding } from "../core/run/state.js";
import type { AuditLog } from "../platform/audit/log.js";
import type { BlobStore } from "../platform/blobs/contract.js";
import type { GuardedFetch, HostGuard } from "../platform/http/contract.js";
import type { Log } from "../platform/log.js";
import type { Records } from "../platform/records/records.js";
import type { ReportStore } from "../platform/reports.js";
import type { Verifier } from "../platform/signing.js";
import type { AskCaller } from "../platform/temporal/calling-run.js";
import type { WriteLedger } from "../platform/temporal/write-ledger.js";
import type { Config } from "../schema/config.js";
import type { GoalInput } from "../schema/run-input.js";
import type { Problem } from "../vocabulary/problems.js";
import type { Refused } from "../vocabulary/result.js";
import type { DraftResult, Narrative } from "./contract.js";
import type { Calling } from "./planner/model/planner.js";
import type { Registry } from "./registry.js";

export interface Dependencies {
  config: Config;
  registry: Registry;
  /** The policy as the file says now, not as it said when the worker started. */
  policy(): Promise<{ ok: true; policy: Policy } | Refused>;
  checkUrl(url: string, policy: Policy): Problem | undefined;
  /** Bound to the network policy in force at the call. */
  fetch: GuardedFetch;
  /** Bound to the network policy in force at the call; absent: tools reach nothing but by `fetch`. */
  hosts?: HostGuard;
  secret(reference: string): string;
  /** The values that config.yaml refers to: what tools return is cleaned of them, wherever they found them. */
  secretValues?: readonly string[];
  blobs: BlobStore;
  reports: ReportStore;
  /** Absent where memory is off. Never rejects. */
  remember?(report: Report): Promise<void>;
  /** A worker verifies; it needs no private key. */
  signer: Pick<Verifier, "verify" | "verifyOrder">;
  /** What is paused and how many writes have started, for all workers together: asked before each write. */
  ledger: WriteLedger;
  /** Which approvals were used up; out of reach of whoever can only write to the namespace. */
  records: Records;
  /** What the server says of the execution that wants to act. */
  askCaller: AskCaller;
  audit: AuditLog;
  /** Drafts a graph; calls a model at most once. */
  draft(input: GoalInput, calling: Calling): DraftResult | Promise<DraftResult>;
  /** A narrative over findings by one call of the model; absent where it is off. */
  narrate?(findings: Finding[], calling: Calling): Promise<Narrative | undefined>;
  log: Log;
  now(): number;
}
