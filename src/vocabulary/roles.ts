/**
 * What people may be to the façade, and what each may do: the one table that the routes, the documents and the tests
 * are made from. Loaded by the workflow sandbox: imports nothing.
 */

/** The policy gives them to groups. */
export const ROLES = ["viewer", "operator", "approver", "admin"] as const;
export type Role = (typeof ROLES)[number];

interface Permitted {
  readonly roles: readonly Role[];
  readonly says: string;
}

/** Operator and approver do not include each other, so that asking and agreeing can be two people. */
export const PERMISSIONS = {
  "runs.read": { roles: ROLES, says: "see runs, reports, events and open gates" },
  "plans.make": { roles: ["operator", "admin"], says: "draft a graph for a goal" },
  "runs.start": { roles: ["operator", "admin"], says: "start a run" },
  "runs.cancel": { roles: ["operator", "admin"], says: "cancel a run" },
  "gates.decide": { roles: ["approver", "admin"], says: "approve, reject or skip at a gate" },
  "writes.pause": { roles: ["operator", "approver", "admin"], says: "pause writes" },
  "writes.resume": { roles: ["admin"], says: "let paused writes start again" },
  "writes.override": {
    roles: ["approver", "admin"],
    says: "override change windows, if the policy names a group of theirs",
  },
  "metrics.read": { roles: ROLES, says: "read the façade's metrics" },
  "payloads.open": { roles: ["operator", "approver", "admin"], says: "decrypt payloads for the Temporal Web UI" },
  "payloads.seal": { roles: ["operator", "admin"], says: "encrypt payloads for the Temporal Web UI" },
  "keys.manage": { roles: ["admin"], says: "list and revoke API keys" },
} as const satisfies Record<string, Permitted>;

export type Permission = keyof typeof PERMISSIONS;
