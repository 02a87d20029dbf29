/**
 * Every limit of the product, each with its unit and its reason.
 * Loaded by the workflow sandbox: imports nothing.
 */

/** Characters of a goal. Longer text is a document, not a goal: it is refused, never cut. */
export const GOAL_MAX_CHARS = 4_000;

/** Bytes of a graph file or a request body: under half of what Temporal takes as one payload (2 MiB). */
export const DOCUMENT_MAX_BYTES = 1_000_000;

/** Nesting of a document: deeper ones exist only to exhaust a parser's stack. */
export const DOCUMENT_MAX_DEPTH = 32;

/** Values in a document: bounds the work of one parse. */
export const DOCUMENT_MAX_VALUES = 200_000;

/** YAML aliases in a document: a few are a convenience, many are a bomb. */
export const YAML_MAX_ALIASES = 50;

/** Nodes that any policy may allow: what one Temporal history carries with room to spare. */
export const NODES_HARD_MAX = 1_000;

/** Edges of a graph: ten a node, far above any graph a person can read. */
export const EDGES_HARD_MAX = 10_000;

/** Problems reported at once: more would not be read. The count of all is always told. */
export const PROBLEMS_MAX = 100;

/** Characters of a name, and of a longer text field. */
export const NAME_MAX_CHARS = 200;
export const DESCRIPTION_MAX_CHARS = 4_000;

/** Bytes of one node's params, rendered. */
export const PARAMS_MAX_BYTES = 64_000;

/** Seconds of a node: from one, to an hour. */
export const NODE_TIMEOUT_MIN_SECONDS = 1;
export const NODE_TIMEOUT_MAX_SECONDS = 3_600;

/** Retries of a tool's own failures. */
export const RETRY_MAX = 5;
export const RETRY_DEFAULT = 2;

/** Further attempts that a lost worker always gets, so that a run does not fail although its write happened. */
export const LOST_WORKER_ATTEMPTS = 3;

/** Milliseconds by which the clock of who signs may go ahead of the worker's: what is signed later than that holds for too long. Clocks that are ten minutes off must not keep a decision from counting. */
export const CLOCK_SKEW_MAX_MS = 900_000;

/** Back-off between attempts: 1 s, doubled, at most 30 s. */
export const RETRY_FIRST_SECONDS = 1;
export const RETRY_FACTOR = 2;
export const RETRY_CAP_SECONDS = 30;

/** Seconds without a heartbeat after which a long tool is taken for lost. */
export const HEARTBEAT_TIMEOUT_SECONDS = 30;
/** Tools that may run longer than this many seconds heartbeat. */
export const HEARTBEAT_ABOVE_SECONDS = 10;

/** Seconds a `wait` node may wait: a day. */
export const WAIT_MAX_SECONDS = 86_400;

/** A condition or template: characters, nesting, evaluation steps, literal list length. */
export const CONDITION_MAX_CHARS = 2_000;
export const CONDITION_MAX_DEPTH = 40;
export const CONDITION_MAX_STEPS = 10_000;
export const CONDITION_MAX_LIST = 200;
/** Templates in one string, and characters that a rendered string may have. */
export const TEMPLATES_MAX_PER_STRING = 20;
export const RENDERED_MAX_CHARS = 32_000;

/** Bytes of one node's output in history. Larger results go to the blob store by reference. */
export const OUTPUT_MAX_BYTES = 64_000;

/** Bytes that a tool may read from a network answer, and write to one blob. */
export const RESPONSE_MAX_BYTES = 10_000_000;
export const BLOB_MAX_BYTES = 50_000_000;

/** Decisions kept a gate, whole; beyond that they are only counted. */
export const DECISIONS_MAX_PER_GATE = 100;
/** Characters of an approver's name and of a comment. */
export const APPROVER_MAX_CHARS = 200;
export const COMMENT_MAX_CHARS = 2_000;

/** Seconds a gate may stay open: from five, to a week. */
export const APPROVAL_TIMEOUT_MIN_SECONDS = 5;
export const APPROVAL_TIMEOUT_MAX_SECONDS = 604_800;

/** Checks before one effect; tries of the check after it; seconds between them, so that the effect can show. */
export const PRECONDITIONS_MAX = 5;
export const VERIFY_ATTEMPTS_MAX = 20;
export const VERIFY_PAUSE_MAX_SECONDS = 3_600;

/** Milliseconds for reading what an action would change (a dry run takes several calls): people are asked all the same. */
export const PREVIEW_TIMEOUT_MS = 8_000;

/** Results of notices that a gate keeps. */
export const MESSAGES_KEPT = 50;
/** Seconds for one notice after the first, its tries included. */
export const TELL_TIMEOUT_SECONDS = 60;

/** Characters of an event from outside as JSON, and events that a run keeps for gates that open later. */
export const EVENT_MAX_CHARS = 8_000;
export const EVENTS_KEPT = 20;

/** Rules for approvals in one policy; groups that one rule names; people whose votes it may want. */
export const APPROVAL_RULES_MAX = 100;
export const APPROVAL_GROUPS_MAX = 50;
export const VOTES_REQUIRED_MAX = 10;
/** Reminders of one gate, and steps of its escalation: each is a timer and a message. */
export const REMINDERS_MAX = 10;
export const ESCALATIONS_MAX = 10;

/** Seconds that telling the approvers may take; the gate is open regardless. */
export const ASK_TIMEOUT_SECONDS = 20;

/** Seconds of working time of a whole run: at most a day. */
export const RUN_TIMEOUT_MAX_SECONDS = 86_400;

/** Nodes that run at once, at most. */
export const CONCURRENCY_MAX = 100;

/** Seconds an update waits for an answer before the same decision goes as a signal. */
export const UPDATE_TIMEOUT_SECONDS = 5;
/** Seconds a query waits for a worker: over 10, because a sticky queue holds it that long. */
export const QUERY_TIMEOUT_SECONDS = 12;

/** Seconds that a call to the Temporal server may take, where it is not meant to wait. */
export const RPC_TIMEOUT_SECONDS = 8;

/** Characters of a Temporal workflow id (the server's own bound is 1,000). */
export const WORKFLOW_ID_MAX_CHARS = 255;
/** Characters of a node summary and bytes of a run's static summary in the Web UI. */
export const SUMMARY_MAX_CHARS = 120;
export const STATIC_SUMMARY_MAX_BYTES = 200;
/** Bytes of a KeywordList search attribute in SQL visibility. */
export const KEYWORD_LIST_MAX_BYTES = 2_000;

/** Characters of a value shown in a message. */
export const SHOWN_VALUE_MAX_CHARS = 60;

/** The rule set of conditions, joins and gates; an open run keeps the one it started with. 2: `in` asks a mapping for a key. */
export const SEMANTICS = 2;

/** Findings that a run keeps, and characters of a finding's statement or of one piece of its evidence. */
export const FINDINGS_MAX = 100;
export const FINDING_MAX_CHARS = 400;

/** Seconds that an activity may wait for a free worker, beyond the time of its attempts. */
export const QUEUE_WAIT_SECONDS = 600;

/** Seconds for the check at the start of a run, and for keeping the report at its end. */
export const CHECK_TIMEOUT_SECONDS = 30;
/** Seconds for drafting a graph: more than the longest call of a model; a worker that is lost shows by its heartbeat. */
export const DRAFT_TIMEOUT_SECONDS = 620;

/** Nodes listed in the details that the Web UI shows. */
export const DETAILS_MAX_NODES = 60;
/** Characters of the report that the Web UI shows: it asks for the page by an address that holds all of it. */
export const DETAILS_MAX_CHARS = 12_000;

/** Findings that stand in a request for approval. */
export const FINDINGS_SHOWN_AT_GATE = 20;

/** Characters of an output that travels on through continue-as-new although nothing refers to it any more. */
export const OUTPUT_CARRIED_MAX_CHARS = 500;

/** Tools that one worker runs at once: more would only wait for the same processors. */
export const RUNNING_NODES_MAX = 50;

/** Entries of one page of a list, and where the caller names no number. */
export const LIST_MAX = 200;
export const LIST_DEFAULT = 50;
/** Characters of an idempotency key. */
export const IDEMPOTENCY_KEY_MAX_CHARS = 200;
/** Groups of one person: what directories give to people who are in many teams. */
export const GROUPS_MAX = 500;
/** Seconds of difference between two machines' clocks. */
export const CLOCK_TOLERANCE_SECONDS = 30;

/** Nodes listed in the text of a report. */
export const REPORT_MAX_NODES = 60;
/** Characters of all documents that a report carries: two summaries of full length. What is longer stands in history. */
export const DOCUMENTS_MAX_CHARS = 80_000;

/** Public keys that one verifier holds: each is tried for a token without a key id. */
export const PUBLIC_KEYS_MAX = 100;
