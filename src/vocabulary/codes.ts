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
  readonly says: string;
}

const input = (says: string): CodeFacts => ({ status: 422, exit: EXIT.problems, retryable: false, says });
const policy = (says: string): CodeFacts => ({ status: 403, exit: EXIT.refused, retryable: false, says });
const setup = (says: string): CodeFacts => ({ status: 500, exit: EXIT.usage, retryable: false, says });
const away = (says: string): CodeFacts => ({ status: 503, exit: EXIT.unreachable, retryable: true, says });
const ran = (says: string): CodeFacts => ({ status: 500, exit: EXIT.problems, retryable: false, says });
const source = (says: string): CodeFacts => ({ status: 502, exit: EXIT.problems, retryable: true, says });
const decision = (says: string): CodeFacts => ({ status: 409, exit: EXIT.notAllowed, retryable: false, says });

export const CODES = {
  // A document that cannot be a graph
  "document-not-parsed": input("The text is neither valid JSON nor valid YAML."),
  "document-too-large": { ...input("The document exceeds a size limit."), status: 413 },
  "field-invalid": input("A field is missing or has the wrong type or value."),
  "unknown-key": input("A key that the format does not know."),
  // A graph that cannot run
  "duplicate-node-id": input("Two nodes share an id."),
  "duplicate-edge": input("The same edge stands twice."),
  "edge-to-nowhere": input("An edge names a node that does not exist."),
  "self-loop": input("An edge leads from a node to itself."),
  cycle: input("Nodes wait for one another in a circle."),
  "orphan-node": input("No edge touches the node, in a graph of several nodes."),
  "join-impossible": input("A join asks for more edges than lead to the node."),
  "too-many-nodes": policy("The graph has more nodes than the policy allows."),
  "unknown-tool": input("No tool of that name is registered."),
  "tool-missing": input("The node's type needs a tool and none is named, or the other way round."),
  "tool-type-mismatch": input("The tool cannot stand in a node of that type."),
  "guard-misplaced": input("A precondition, verification, undo or withdrawal stands where it cannot work."),
  "not-verified": ran("The effect was carried out, and the check after it does not hold."),
  "params-invalid": input("The params do not fit the tool's schema."),
  "secret-in-params": policy(
    "A literal secret stands in the graph; only references to secrets may, and only in config.yaml.",
  ),
  "condition-invalid": input("A condition does not parse or refers to what it may not."),
  "template-invalid": input("A template does not parse or refers to what it may not."),
  "output-field-unknown": input("An expression reads a field that the tool's output does not have."),
  "reference-not-ancestor": input("An expression refers to a node that does not run before."),
  "too-many-problems": input("More problems were found than are shown."),
  // What the policy refuses
  "tool-not-allowed": policy("The policy does not allow the tool."),
  "node-type-not-allowed": policy("The policy does not allow the node type."),
  "remediation-disabled": policy("The node changes production and remediation is disabled."),
  "host-not-allowed": policy("The network policy does not allow the host."),
  "address-not-allowed": policy("The address is private, loopback, link-local or otherwise special."),
  "url-invalid": input("The URL cannot be used."),
  "policy-changed": policy("The worker's policy became stricter after the run started."),
  "mcp-tool-not-declared": policy("config.yaml does not declare the MCP server's tool."),
  "mcp-tool-not-accepted": policy("Nobody has accepted the MCP server's tool."),
  "mcp-tool-changed": policy("The MCP server's tool is not what was accepted."),
  // What holds a write back
  "cap-exceeded": policy("The write reaches further than the policy allows in its environment."),
  "namespace-forbidden": policy("The write would act in a namespace that the policy forbids."),
  "too-many-writes": {
    ...policy("As many writes as the policy allows in an hour have started in the environment."),
    status: 429,
    retryable: true,
  },
  "writes-frozen": { ...policy("No change window is open for the environment."), retryable: true },
  "writes-paused": { ...policy("A person has paused writes; the write did not start."), retryable: true },
  "writes-unchecked": {
    ...away("Whether writes are paused could not be found out, so the write did not start."),
    exit: EXIT.problems,
  },
  "order-refused": { ...policy("An order about writes does not count."), exit: EXIT.notAllowed },
  // Notices: nothing is refused
  "approval-forced": input("A dangerous node had its approval flag cleared; it is gated all the same."),
  "name-not-registered": input("The policy names a tool that is not registered."),
  // Configuration
  "policy-invalid": setup("The safety policy has a problem; nothing starts with a broken policy."),
  "config-invalid": setup("The configuration has a problem."),
  "file-not-found": setup("A file that was named does not exist."),
  "file-unreadable": setup("A file cannot be read."),
  "file-unsafe": setup("A file may be written by others."),
  "path-not-allowed": policy("The path leads outside the declared roots."),
  "path-invalid": input("The path or name cannot be used."),
  "tool-package-invalid": setup("A tool package cannot be used; nothing starts with one that is wrong."),
  "tool-package-not-approved": setup("Nobody has approved the tool package on this machine."),
  "tool-package-changed": setup("The tool package is not what was approved."),
  "secret-missing": setup("A secret reference names a value that is not set."),
  "secret-over-http": policy("A secret would go over plain HTTP to another machine."),
  "source-not-configured": { ...input("The tool has no such source in config.yaml."), exit: EXIT.usage },
  "target-not-declared": { ...input("The target is not declared in config.yaml."), exit: EXIT.usage },
  "sandbox-not-available": setup(
    "The sandbox that programs run in cannot be had on the worker, and none runs without it.",
  ),
  "environment-variable-invalid": setup("An AUTOOPS_ variable has a value that cannot be used."),
  "payload-key-missing": setup("Something is encrypted with a key that is not here."),
  "payload-damaged": ran("Something that is encrypted is not what was encrypted."),
  // Goals and plans
  "goal-invalid": input("The goal is empty, too long or not text."),
  "goal-suspicious": input("A goal, or a text beside it, looks like an order to the planner; it was not obeyed."),
  "goal-time-unread": input("A time in the goal could not be used; the playbook's own span is taken."),
  "alert-invalid": input("The alert cannot be read, does not fire, or is no incident."),
  "alert-news": input("Alerts came, or were resolved, while the run went on; nothing is refused by it."),
  "alert-reduced": input("Part of an alert is not in the goal; nothing is refused by it."),
  "no-playbook": input("No playbook fits the goal well enough."),
  "part-left-out": input("A part of the playbook was left out of the plan; nothing is refused."),
  "playbook-invalid": setup("A playbook has a problem."),
  "parameter-missing": input("The playbook needs a parameter that the goal does not tell."),
  "parameter-invalid": input("A playbook parameter has a value that cannot be used."),
  "model-not-configured": setup("No model is configured, so it cannot plan."),
  "model-refused": input("The model declined to plan."),
  "model-answer-invalid": input("The model's answer is not what was asked for."),
  "plan-refused": input("The model's plan did not pass its check, nor did its repairs."),
  "budget-exceeded": { ...policy("The call could go over a budget of the model."), status: 429 },
  "plan-outdated": input("The policy or the tools have changed since the plan was made; nothing is refused by it."),
  "record-altered": input("The plan is not as it was made."),
  // While a run goes on
  "condition-failed": ran("A condition could not be evaluated; its edge was not taken."),
  "template-failed": ran("A template could not be rendered."),
  "tool-not-registered": ran("The worker that took the node lacks the tool."),
  "tool-failed": ran("The tool failed."),
  "output-invalid": ran("The tool returned what its own schema refuses."),
  "output-too-large": ran("The output exceeds what history may carry."),
  "timed-out": { ...ran("It took longer than its time-out."), status: 504, retryable: true },
  "worker-lost": { ...ran("The worker stopped answering while it ran the node."), retryable: true },
  "outcome-unknown": ran("The effect may or may not have happened; a person must look."),
  cancelled: { ...ran("It was cancelled."), status: 409 },
  "grant-invalid": policy("The effect carries no approval that fits it."),
  "approval-used": policy("The approval was used up before: it lets one action happen once."),
  "approval-outdated": policy("The approval is of a form that no longer counts; people are asked again."),
  "caller-unchecked": away("Temporal did not say which run wants to act, so nothing was done."),
  "state-refused": policy("The run was handed a state that no run of ours made; nothing was run."),
  "question-forged": policy("What is shown of the gate is not what its digest stands for; nothing was signed."),
  "records-unreachable": away("The records outside Temporal could not be made or read, so nothing was done."),
  "run-was-reset": policy("The run was reset after the approval; it must be asked again."),
  "graph-refused": policy("The graph did not pass its check; its problems are listed."),
  "source-unreachable": source("The source did not answer."),
  "source-refused": { ...source("The source refused the request."), retryable: false },
  "source-denied": { ...source("The source did not accept the credentials."), retryable: false },
  "source-forbidden": {
    ...source("The account that the credentials belong to may not do this."),
    retryable: false,
  },
  "source-not-found": { ...source("The source has nothing of that name, or does not show it."), retryable: false },
  "source-busy": source("The source takes no more for now."),
  "rate-limited": { ...source("It was asked as often as it may be, for now."), status: 429 },
  "source-empty": { ...source("The source answers and holds nothing."), retryable: false },
  "source-error": source("The source answered with an error of its own."),
  "source-answer-invalid": { ...source("The source's answer is not what it should be."), retryable: false },
  "response-too-large": { ...source("The answer exceeds the size limit."), retryable: false },
  "target-refused": { ...source("The target did not do what was asked."), retryable: false },
  "program-missing": setup("A program that the tool runs is not installed."),
  "permission-missing": { ...source("The credentials may not do it there."), retryable: false },
  "object-not-found": { ...source("The cluster has no such object."), retryable: false },
  conflict: source("Someone else changed the object meanwhile; nothing was overwritten."),
  "quota-exceeded": { ...source("A quota of the cluster leaves no room for it."), retryable: false },
  "rollout-paused": { ...source("The workload is paused, so nothing would come of it."), retryable: false },
  "replicas-autoscaled": { ...source("An autoscaler owns the replicas."), retryable: false },
  "disruption-not-allowed": {
    ...source("A budget for disruptions wants more pods than would be left."),
    retryable: false,
  },
  "revision-unknown": { ...source("No revision of the workload is meant, or more than one."), retryable: false },
  "rollout-stalled": ran("The change was made, and its new pods do not come up."),
  "rollout-unfinished": { ...ran("The change was made, and its rollout outlasted the time."), retryable: true },
  "admission-refused": { ...source("A rule of the cluster refuses the change."), retryable: false },
  "file-too-large": ran("The file exceeds the size limit."),
  // The audit log
  "audit-not-written": {
    ...setup("The audit line could not be written, and no effect happens without one."),
    retryable: true,
  },
  "audit-broken": ran("The audit log is not as it was written."),
  "audit-differs": ran("The audit log and the run's history tell different things."),
  // Memory
  "memory-not-installed": setup("The package that memory needs is not installed; everything else works without it."),
  "memory-key-wrong": setup("The key does not open the memory."),
  "memory-broken": ran("The memory is not as it was written; nothing of it is used."),
  "memory-rolled-back": ran("The memory, or a part of it, is older than what was written last."),
  "memory-entry-invalid": input("An entry of the memory is not what it must be; it is not used."),
  "memory-unavailable": { ...setup("The memory cannot be used at the moment."), retryable: true },
  "playbook-not-learned": input("No playbook can be learned from the run."),
  // Decisions
  "edit-refused": { ...decision("The params that a person gave at a gate cannot be used."), status: 422 },
  "nothing-to-undo": { ...decision("The run changed nothing that can be taken back."), exit: EXIT.problems },
  "gate-not-open": decision("The node has no open gate."),
  "already-decided": decision("The gate is closed already."),
  "decision-late": decision("The decision came at or after the deadline."),
  "decision-stale": decision("The decision names another version of the action."),
  "decision-comment-required": {
    ...decision("The policy wants a comment with this decision."),
    status: 422,
  },
  "decision-not-allowed": { ...decision("The policy does not let this person decide."), status: 403 },
  "decision-not-counted": {
    ...away("The decision is recorded and counts once a worker runs."),
    status: 202,
    exit: EXIT.stillRunning,
  },
  // The way there
  usage: { ...setup("The command or request is not of the expected form."), status: 400 },
  "run-not-found": { ...input("There is no such run."), status: 404, exit: EXIT.notFound },
  "node-not-found": { ...input("The run has no such node."), status: 404, exit: EXIT.notFound },
  "not-found": { ...input("There is nothing here."), status: 404, exit: EXIT.notFound },
  "method-not-allowed": { ...input("The path does not take this method."), status: 405, exit: EXIT.usage },
  "not-signed-in": { ...policy("The caller is not known."), status: 401, exit: EXIT.notAllowed },
  "role-missing": {
    ...policy("No group of the caller has a role that may do this."),
    exit: EXIT.notAllowed,
  },
  "origin-not-allowed": { ...policy("The request comes from a page or host that may not ask."), exit: EXIT.notAllowed },
  "too-many-requests": { ...away("Too many requests; wait and try again."), status: 429 },
  "idempotency-conflict": { ...input("The idempotency key was used with another body."), exit: EXIT.usage },
  "run-already-exists": { ...input("A run of that id exists."), status: 409, exit: EXIT.usage },
  "scheduled-run-failed": ran("A run that a schedule started went wrong; the schedule pauses."),
  "run-ended": { ...input("The run has ended already."), status: 409 },
  "temporal-unreachable": away("The Temporal server does not answer."),
  "temporal-not-available": {
    ...away("No Temporal server program could be found, downloaded or built."),
    retryable: false,
  },
  "temporal-outdated": { ...away("The Temporal server is too old."), retryable: false },
  "search-attributes-missing": { ...setup("The namespace lacks search attributes."), exit: EXIT.unreachable },
  "facade-unreachable": away("The façade does not answer."),
  "no-worker": away("No worker polls the task queue."),
  "facade-unsafe": setup("The façade would be open to others without sign-in or encryption."),
  "port-in-use": { ...setup("A port is taken by another program."), exit: EXIT.unreachable },
  internal: { ...ran("A bug of ours; the log has the rest."), exit: EXIT.problems },
} as const satisfies Record<string, CodeFacts>;
