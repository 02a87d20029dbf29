/** What the calls about runs are given by main. */

import type { Client } from "@temporalio/client";
import type { Environment } from "../../platform/environment.js";
import type { ReportStore } from "../../platform/reports.js";
import type { Signer } from "../../platform/signing.js";
import type { Stricter } from "../../schema/run-input.js";

/** What stands in the shell of the CLI or the façade: it goes along with every run that is started here. */
export interface Asked {
  dryRun?: boolean;
  stricter?: Stricter;
}

export interface RunsOptions {
  client: Client;
  namespace: string;
  /** Address of the Temporal Web UI, without a slash at its end. */
  webUiUrl?: string;
  /** Signs decisions; without it they are recorded as unverified. */
  signer?: Signer;
  /** Groups of a person of this machine; asked where nobody signed in who would have brought their own. */
  localGroups?(name: string): Promise<string[]>;
  /** Where reports outlive Temporal's history. */
  reports?: ReportStore;
  /** Payloads are encrypted: ids, which stand in the open, then tell nothing of names and goals. */
  encrypts?: boolean;
  /** Absent: the worker's policy alone holds. */
  asked?: Asked;
  /** A fresh unique tail of a workflow id: 8 to 26 lower-case letters and digits. */
  idTail(): string;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Variables that make a run stricter hold for the runs that are started from this shell, whatever worker takes them. */
export function askedBy({ dryRun, requireApproval, enableRemediation }: ReadVariables): Asked {
  const stricter = {
    ...(requireApproval === true ? { require_approval_all: true as const } : {}),
    ...(enableRemediation === false ? { enable_remediation: false as const } : {}),
  };
  return {
    ...(dryRun === true ? { dryRun } : {}),
    ...(Object.keys(stricter).length === 0 ? {} : { stricter }),
  };
}
type ReadVariables = Pick<Environment, "dryRun" | "requireApproval" | "enableRemediation">;
