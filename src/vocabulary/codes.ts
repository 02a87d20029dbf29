/**
 * The one table of problem codes. A code stands, letter for letter, in `Problem.code`, in the type of a Temporal
 * `ApplicationFailure`, in the HTTP problem document, in the CLI's JSON, and as the label in logs and audit lines.
 * Loaded by the workflow sandbox: imports nothing.
 */

/** CLI exit codes, as documented in the README. */
export const EXIT = {
  done: 0,
  problems: 1,
  usage: 2,
  refused: 3,
  rejected: 4,
  notFound: 5,
  notAllowed: 6,
  unreachable: 7,
  stillRunning: 8,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface CodeFacts {
  /** HTTP status of the problem document. */
  readonly status: number;
  readonly exit: ExitCode;
  /** Whether the same call may succeed later without a change by the caller. */
  readonly retryable: boolean;
}

const INPUT: CodeFacts = { status: 422, exit: EXIT.problems, retryable: false };
const POLICY: CodeFacts = { status: 403, exit: EXIT.refused, retryable: false };
const SETUP: CodeFacts = { status: 500, exit: EXIT.usage, retryable: false };
const AWAY: CodeFacts = { status: 503, exit: EXIT.unreachable, retryable: true };
const RAN: CodeFacts = { status: 500, exit: EXIT.problems, retryable: false };
const SOURCE: CodeFacts = { status: 502, exit: EXIT.problems, retryable: true };
const DECISION: CodeFacts = { status: 409, exit: EXIT.notAllowed, retryable: false };

export const CODES = {
  // A document that cannot be a graph
  "document-not-parsed": INPUT,
  "document-too-large": { ...INPUT, status: 413 },
  "field-invalid": INPUT,
  "unknown-key": INPUT,
  // A graph that cannot run
  "duplicate-node-id": INPUT,
  "duplicate-edge": INPUT,
  "edge-to-nowhere": INPUT,
  "self-loop": INPUT,
  cycle: INPUT,
  "orphan-node": INPUT,
  "join-impossible": INPUT,
  "too-many-nodes": POLICY,
  "unknown-tool": INPUT,
  "tool-missing": INPUT,
  "tool-type-mismatch": INPUT,
  "guard-misplaced": INPUT,
  "not-verified": RAN,
  "params-invalid": INPUT,
  "secret-in-params": POLICY,
  "condition-invalid": INPUT,
  "template-invalid": INPUT,
  "output-field-unknown": INPUT,
  "reference-not-ancestor": INPUT,
  "too-many-problems": INPUT,
  // What the policy refuses
  "tool-not-allowed": POLICY,
  "node-type-not-allowed": POLICY,
  "remediation-disabled": POLICY,
  "host-not-allowed": POLICY,
  "address-not-allowed": POLICY,
  "url-invalid": INPUT,
  "policy-changed": POLICY,
  "mcp-tool-not-declared": POLICY,
  "mcp-tool-not-accepted": POLICY,
  "mcp-tool-changed": POLICY,
  // What holds a write back
  "cap-exceeded": POLICY,
  "namespace-forbidden": POLICY,
  "too-many-writes": {
    ...POLICY,
    status: 429,
    retryable: true,
  },
  "writes-frozen": { ...POLICY, retryable: true },
  "writes-paused": { ...POLICY, retryable: true },
  "writes-unchecked": {
    ...AWAY,
    exit: EXIT.problems,
  },
  "order-refused": { ...POLICY, exit: EXIT.notAllowed },
  // Notices: nothing is refused
  "approval-forced": INPUT,
  "name-not-registered": INPUT,
  // Configuration
  "policy-invalid": SETUP,
  "config-invalid": SETUP,
  "file-not-found": SETUP,
  "file-unreadable": SETUP,
  "file-unsafe": SETUP,
  "path-not-allowed": POLICY,
  "path-invalid": INPUT,
  "tool-package-invalid": SETUP,
  "tool-package-not-approved": SETUP,
  "tool-package-changed": SETUP,
  "secret-missing": SETUP,
  "secret-over-http": POLICY,
  "source-not-configured": { ...INPUT, exit: EXIT.usage },
  "target-not-declared": { ...INPUT, exit: EXIT.usage },
  "sandbox-not-available": SETUP,
  "environment-variable-invalid": SETUP,
  "payload-key-missing": SETUP,
  "payload-damaged": RAN,
  // Goals and plans
  "goal-invalid": INPUT,
  "goal-suspicious": INPUT,
  "goal-time-unread": INPUT,
  "alert-invalid": INPUT,
  "alert-news": INPUT,
  "alert-reduced": INPUT,
  "no-playbook": INPUT,
  "part-left-out": INPUT,
  "playbook-invalid": SETUP,
  "parameter-missing": INPUT,
  "parameter-invalid": INPUT,
  "model-not-configured": SETUP,
  "model-refused": INPUT,
  "model-answer-invalid": INPUT,
  "plan-refused": INPUT,
  "budget-exceeded": { ...POLICY, status: 429 },
  "plan-outdated": INPUT,
  "record-altered": INPUT,
  // While a run goes on
  "condition-failed": RAN,
  "template-failed": RAN,
  "tool-not-registered": RAN,
  "tool-failed": RAN,
  "output-invalid": RAN,
  "output-too-large": RAN,
  "timed-out": { ...RAN, status: 504, retryable: true },
  "worker-lost": { ...RAN, retryable: true },
  "outcome-unknown": RAN,
  cancelled: { ...RAN, status: 409 },
  "grant-invalid": POLICY,
  "approval-used": POLICY,
  "approval-outdated": POLICY,
  "caller-unchecked": AWAY,
  "state-refused": POLICY,
  "question-forged": POLICY,
  "records-unreachable": AWAY,
  "run-was-reset": POLICY,
  "graph-refused": POLICY,
  "source-unreachable": SOURCE,
  "source-refused": { ...SOURCE, retryable: false },
  "source-denied": { ...SOURCE, retryable: false },
  "source-forbidden": {
    ...SOURCE,
    retryable: false,
  },
  "source-not-found": { ...SOURCE, retryable: false },
  "source-busy": SOURCE,
  "rate-limited": { ...SOURCE, status: 429 },
  "source-empty": { ...SOURCE, retryable: false },
  "source-error": SOURCE,
  "source-answer-invalid": { ...SOURCE, retryable: false },
  "response-too-large": { ...SOURCE, retryable: false },
  "target-refused": { ...SOURCE, retryable: false },
  "program-missing": SETUP,
  "permission-missing": { ...SOURCE, retryable: false },
  "object-not-found": { ...SOURCE, retryable: false },
  conflict: SOURCE,
  "quota-exceeded": { ...SOURCE, retryable: false },
  "rollout-paused": { ...SOURCE, retryable: false },
  "replicas-autoscaled": { ...SOURCE, retryable: false },
  "disruption-not-allowed": {
    ...SOURCE,
    retryable: false,
  },
  "revision-unknown": { ...SOURCE, retryable: false },
  "rollout-stalled": RAN,
  "rollout-unfinished": { ...RAN, retryable: true },
  "admission-refused": { ...SOURCE, retryable: false },
  "file-too-large": RAN,
  // The audit log
  "audit-not-written": {
    ...SETUP,
    retryable: true,
  },
  "audit-broken": RAN,
  "audit-differs": RAN,
  // Memory
  "memory-not-installed": SETUP,
  "memory-key-wrong": SETUP,
  "memory-broken": RAN,
  "memory-rolled-back": RAN,
  "memory-entry-invalid": INPUT,
  "memory-unavailable": { ...SETUP, retryable: true },
  "playbook-not-learned": INPUT,
  // Decisions
  "edit-refused": { ...DECISION, status: 422 },
  "nothing-to-undo": { ...DECISION, exit: EXIT.problems },
  "gate-not-open": DECISION,
  "already-decided": DECISION,
  "decision-late": DECISION,
  "decision-stale": DECISION,
  "decision-comment-required": {
    ...DECISION,
    status: 422,
  },
  "decision-not-allowed": { ...DECISION, status: 403 },
  "decision-not-counted": {
    ...AWAY,
    status: 202,
    exit: EXIT.stillRunning,
  },
  // The way there
  usage: { ...SETUP, status: 400 },
  "run-not-found": { ...INPUT, status: 404, exit: EXIT.notFound },
  "node-not-found": { ...INPUT, status: 404, exit: EXIT.notFound },
  "not-found": { ...INPUT, status: 404, exit: EXIT.notFound },
  "method-not-allowed": { ...INPUT, status: 405, exit: EXIT.usage },
  "not-signed-in": { ...POLICY, status: 401, exit: EXIT.notAllowed },
  "role-missing": {
    ...POLICY,
    exit: EXIT.notAllowed,
  },
  "origin-not-allowed": { ...POLICY, exit: EXIT.notAllowed },
  "too-many-requests": { ...AWAY, status: 429 },
  "idempotency-conflict": { ...INPUT, exit: EXIT.usage },
  "run-already-exists": { ...INPUT, status: 409, exit: EXIT.usage },
  "scheduled-run-failed": RAN,
  "run-ended": { ...INPUT, status: 409 },
  "temporal-unreachable": AWAY,
  "temporal-not-available": {
    ...AWAY,
    retryable: false,
  },
  "temporal-outdated": { ...AWAY, retryable: false },
  "search-attributes-missing": { ...SETUP, exit: EXIT.unreachable },
  "facade-unreachable": AWAY,
  "no-worker": AWAY,
  "facade-unsafe": SETUP,
  "port-in-use": { ...SETUP, exit: EXIT.unreachable },
  internal: { ...RAN, exit: EXIT.problems },
} as const satisfies Record<string, CodeFacts>;
