/** Holds the audit log of one run against what its history proves: what is missing, what is too much, what differs. */

import { redactValue } from "../../../core/redact.js";
import { endingLines } from "../../../core/report/audit-lines.js";
import { EMPTY_HEAD, sealRecord } from "../../../platform/audit/record.js";
import { digestOf } from "../../../platform/digest.js";
import type { AuditEntry, AuditEvent, AuditRecord } from "../../../schema/audit.js";
import type { Json, JsonObject } from "../../../schema/json.js";
import { CODE_MEANINGS } from "../../../vocabulary/code-meanings.js";
import { isProblemCode } from "../../../vocabulary/problems.js";
import type { Effected, ProvenVote, RunEvidence } from "./collect.js";

export interface Difference {
  /** `missing`: history has it and the log has not; `extra`: the other way round; `different`: both, not alike. */
  kind: "missing" | "extra" | "different";
  event: AuditEvent;
  node?: string;
  /** Number of the record, where one is meant. */
  sequence?: number;
  message: string;
}

export interface Comparison {
  differences: Difference[];
  /** What both tell of. */
  decisions: number;
  effects: number;
}

/** `records` are those of the whole log; `secrets` are the values that its writer took out. */
export function compareWithLog(
  evidence: RunEvidence,
  records: readonly AuditRecord[],
  secrets: readonly string[] = [],
): Comparison {
  const own = records.filter(({ run, run_key }) => {
    return run === evidence.runId && (run_key === undefined || run_key === evidence.runKey);
  });
  if (own.length === 0) {
    const message = `the log holds no line about ${evidence.runId}, which ran`;
    return { differences: [{ kind: "missing", event: "run-started", message }], decisions: 0, effects: 0 };
  }
  const differences = [
    ...beginning(evidence, own),
    ...gates(evidence, own),
    ...votes(evidence, own),
    ...signatures(evidence, own),
    ...effects(evidence, own, secrets),
    ...ending(evidence, own, secrets),
  ];
  const decided = evidence.votes.length + evidence.signaturesRefused;
  const unproven = evidence.reports.flatMap((report) => report.gates.flatMap((gate) => gate.votes));
  const decisions = decided + unproven.filter(({ verified }) => !verified).length;
  return { differences, decisions, effects: evidence.effects.filter((one) => one.ended === "done").length };
}

const of = (records: readonly AuditRecord[], event: AuditEvent) => records.filter((record) => record.event === event);

function beginning({ check, runId }: RunEvidence, own: AuditRecord[]): Difference[] {
  const event = check === "refused" ? "graph-refused" : "run-started";
  if (check === "none" || of(own, event).length > 0) return [];
  return [{ kind: "missing", event, message: `${runId} has no line of ${event}` }];
}

function gates({ asked }: RunEvidence, own: AuditRecord[]): Difference[] {
  const told = new Set(of(own, "gate-requested").map(({ node, digest }) => `${node}/${digest}`));
  return asked.flatMap(({ node, digest }): Difference[] => {
    if (told.has(`${node}/${digest}`)) return [];
    return [{ kind: "missing", event: "gate-requested", node, message: `${node}: the question to people is missing` }];
  });
}

function votes(evidence: RunEvidence, own: AuditRecord[]): Difference[] {
  const event = "vote-recorded";
  const lines = of(own, event).filter(({ details }) => typeof details?.vote === "string");
  const missing = evidence.votes.flatMap((vote): Difference[] => {
    if (lines.some(({ details }) => details?.vote === vote.jti)) return [];
    const message = `${vote.node ?? "a gate"}: the decision of ${vote.approver} (${vote.jti}) is missing`;
    return [{ kind: "missing", event, node: vote.node, message }];
  });
  const rest = lines.flatMap((line): Difference[] => {
    const { sequence, node, actor } = line;
    const jti = String(line.details?.vote);
    const sent = evidence.votes.find((vote) => vote.jti === jti) ?? evidence.tokens.get(jti);
    if (sent === undefined) {
      if (!evidence.isWhole) return [];
      const message = `${node}: history has no decision ${jti} of ${actor}`;
      return [{ kind: "extra", event, node, sequence, message }];
    }
    if (isOf(line, sent)) return [];
    const message = `${node}: history and the log disagree about the decision ${jti}`;
    return [{ kind: "different", event, node, sequence, message }];
  });
  return [...missing, ...rest];
}

function isOf({ actor, node, digest, details }: AuditRecord, vote: ProvenVote): boolean {
  const pairs: Array<[unknown, unknown]> = [
    [node, vote.node],
    [digest, vote.digest],
    [details?.decision, vote.decision],
    [actor, seal({ event: "vote-recorded", actor: vote.approver }, []).actor],
  ];
  return pairs.every(([told, known]) => known === undefined || told === known);
}

/** A verification that a lost worker repeated has two lines; a refused token may name no gate, so these are counted. */
function signatures({ signaturesRefused, tokensSent, isWhole }: RunEvidence, own: AuditRecord[]): Difference[] {
  const event = "signature-refused";
  const lines = of(own, event);
  if (lines.length < signaturesRefused) {
    const message = `${signaturesRefused} signatures were refused, and the log has ${lines.length} of them`;
    return [{ kind: "missing", event, message }];
  }
  if (tokensSent > 0 || !isWhole) return [];
  return lines.map(({ sequence, node }) => {
    return { kind: "extra", event, node, sequence, message: `${node}: no token came that could have been refused` };
  });
}

/** Refused by the last check before an effect. */
const GRANT_REFUSALS = [
  "grant-invalid",
  "run-was-reset",
  "policy-changed",
  "policy-invalid",
  "approval-used",
  "approval-outdated",
  "caller-unchecked",
  "records-unreachable",
];
/** Ended before the tool was called, or perhaps before. */
const MAYBE_UNCALLED = ["params-invalid", "audit-not-written", "timed-out", "tool-not-registered", ...GRANT_REFUSALS];

function effects(evidence: RunEvidence, own: AuditRecord[], secrets: readonly string[]): Difference[] {
  const event = "tool-called";
  // A node may be riskier than its tool says of itself.
  const risky = new Set(evidence.effects.map(({ node }) => node));
  const lines = of(own, event).filter(({ node = "", details }) => risky.has(node) || isEffect(details?.effect));
  const fits = (line: AuditRecord, one: Effected) => line.node === one.node && line.digest === one.digest;
  const missing = evidence.effects.flatMap((one): Difference[] => {
    const { node, code = "", ended } = one;
    if (ended === "failed" && GRANT_REFUSALS.includes(code)) return refusal(one, own);
    const mustHave = ended === "done" || (ended === "failed" && !MAYBE_UNCALLED.includes(code));
    if (!mustHave || lines.some((line) => fits(line, one))) return [];
    return [{ kind: "missing", event, node, message: `${node}: ${one.tool} was called, and the log does not tell so` }];
  });
  const rest = lines.flatMap((line): Difference[] => {
    const { node, sequence } = line;
    const same = evidence.effects.filter((one) => fits(line, one));
    if (same.some((one) => isLike(line, one, secrets))) return [];
    if (same.length > 0) {
      const message = `${node}: the log has another tool, other params or other approvers than history`;
      return [{ kind: "different", event, node, sequence, message }];
    }
    if (!evidence.isWhole) return [];
    return [{ kind: "extra", event, node, sequence, message: `${node}: history knows of no such action` }];
  });
  return [...missing, ...rest];
}

const isEffect = (effect: unknown): boolean => effect === "write" || effect === "notify";

function refusal({ node, code, digest }: Effected, own: AuditRecord[]): Difference[] {
  const told = of(own, "grant-refused").some(
    (line) => line.node === node && line.code === code && line.digest === digest,
  );
  if (told) return [];
  const says = isProblemCode(code) ? CODE_MEANINGS[code] : "";
  return [
    { kind: "missing", event: "grant-refused", node, message: `${node}: the refusal is missing (${code}): ${says}` },
  ];
}

function isLike({ details = {} }: AuditRecord, { tool, params, approvers }: Effected, secrets: readonly string[]) {
  const said: JsonObject = { tool, ...(isEffect(details.effect) ? { params: redactValue(params) } : {}) };
  if (approvers !== undefined) said.approvers = approvers;
  const known = seal({ event: "tool-called", details: { ...details, ...said } }, secrets).details;
  // Too long for a line: then its digest is all there is, and it holds the attempt too.
  return details.omitted !== undefined || digestOf(known) === digestOf(details as Json);
}

/** Written when the run ends, from its report alone: so they must be there to the letter. */
const OF_THE_END: readonly AuditEvent[] = ["gate-closed", "decision-refused", "run-ended"];

function ending(
  { reports, runKey, isWhole }: RunEvidence,
  own: AuditRecord[],
  secrets: readonly string[],
): Difference[] {
  const expected = reports
    .flatMap(endingLines)
    .map((entry) => seal({ ...entry, runKey: entry.runKey ?? runKey }, secrets));
  const isOfEnd = ({ event, details }: AuditRecord) =>
    OF_THE_END.includes(event) || (event === "vote-recorded" && typeof details?.vote !== "string");
  const told = own.filter(isOfEnd).map((record) => ({ record, digest: contentDigest(record) }));
  const digests = expected.map((entry) => contentDigest(entry));
  const count = (list: string[], digest: string) => list.filter((one) => one === digest).length;
  const inLog = told.map(({ digest }) => digest);
  const missing = expected.flatMap((entry, index): Difference[] => {
    const digest = digests[index] as string;
    const isFirst = digests.indexOf(digest) === index;
    if (!isFirst || count(inLog, digest) >= count(digests, digest)) return [];
    const { event, node } = entry;
    const where = node === undefined ? "the run" : node;
    return [{ kind: "missing", event, node, message: `${where}: ${event} is missing, or not as history tells it` }];
  });
  const rest = told.flatMap(({ record, digest }): Difference[] => {
    if (digests.includes(digest) || (reports.length === 0 && !isWhole)) return [];
    const { event, node, sequence } = record;
    const like = expected.some((entry) => entry.event === event && entry.node === node);
    const message = `${node ?? "the run"}: ${like ? `history and the log disagree about this ${event}` : `history does not have this ${event}`}`;
    return [{ kind: like ? "different" : "extra", event, node, sequence, message }];
  });
  return [...missing, ...rest];
}

const seal = (entry: AuditEntry, secrets: readonly string[]): AuditRecord =>
  sealRecord({ entry, timeMs: 0 }, EMPTY_HEAD, secrets);

function contentDigest({ event, actor, channel, run, run_key, node, digest, code, details }: AuditRecord): string {
  const content = { event, actor, channel, run, run_key, node, digest, code, details };
  return digestOf(JSON.parse(JSON.stringify(content)));
}
