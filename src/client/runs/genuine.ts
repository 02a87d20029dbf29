/**
 * Whether what is shown of a gate is what its digest stands for. Whoever writes to the Temporal namespace can make a view
 * say anything; nothing is signed, and no digest offered for signing, that does not follow from what people see.
 */

import { type GateView, type RunView, ruleView } from "../../core/report/view.js";
import type { AskedGate } from "../../core/run/state.js";
import { digestOf } from "../../platform/digest.js";
import type { Problem } from "../../vocabulary/problems.js";

type Facts = Pick<RunView, "runId" | "runKey" | "requester">;

/** Undefined for a gate of an earlier version, whose digest nobody can make anew: what is signed for it lets nothing happen. */
export function isGenuine(gate: GateView, facts: Facts): boolean | undefined {
  const { question } = gate;
  if (question === undefined) return undefined;
  const { v, askedIn, store, nonce, params, effect, retries, policyDigest, ...asked } = question;
  const { run, runKey, requester, node, nodeType, tool, target, environment, required, signed } = asked;
  const shown = {
    run: facts.runId,
    runKey: facts.runKey,
    requester: facts.requester,
    node: gate.nodeId,
    nodeType: gate.nodeType,
    tool: gate.tool ?? null,
    target: gate.target ?? null,
    environment: gate.environment,
    required: gate.required,
    signed: gate.signed,
    openedAtMs: gate.openedAtMs,
    deadlineMs: gate.deadlineMs,
    shown: digestOf(gate.params),
    preview: gate.preview === undefined ? null : digestOf(gate.preview),
    undo: gate.undo === undefined ? null : { tool: gate.undo.tool, shown: digestOf(gate.undo.params) },
    rule: ruleShown(gate),
  };
  const bound = {
    ...{ run, runKey, requester, node, nodeType, tool, target, environment, required, signed },
    openedAtMs: asked.openedAtMs,
    deadlineMs: asked.deadlineMs,
    shown: asked.shown,
    preview: asked.preview,
    undo: asked.undo === null ? null : { tool: asked.undo.tool, shown: asked.undo.shown },
    rule: ruleShown(ruleView(asked.rule ?? undefined, asked.openedAtMs)),
  };
  return digestOf(question) === gate.digest && digestOf(shown) === digestOf(bound);
}

function ruleShown({ rule, groups, forbidRequester, commentRequired, escalations, onTimeout }: Partial<GateView>) {
  return { rule, groups, forbidRequester, commentRequired, escalations, onTimeout };
}

/** What asking people gave, before the run has taken it in: nothing else is shown of it by then. */
export function isGenuineAnswer(
  { question, digest, shown, preview }: Partial<AskedGate>,
  facts: Omit<Facts, "requester">,
) {
  if (question === undefined) return undefined;
  const { run, runKey } = question;
  const isOfRun = run === facts.runId && runKey === facts.runKey;
  const isShown = digestOf(shown) === question.shown;
  const isPreview = question.preview === (preview === undefined ? null : digestOf(preview));
  return isOfRun && isShown && isPreview && digestOf(question) === digest;
}

/** The view without the digests of gates that are not what they seem, and with a problem for each. */
export function withoutForged(view: RunView, { runId, runKey }: Omit<Facts, "requester">): RunView {
  const facts = { runId, runKey, requester: view.requester };
  const forged = view.gates.filter((gate) => isOpen(gate) && isGenuine(gate, facts) === false);
  if (forged.length === 0) return view;
  const gates = view.gates.map((gate) => {
    if (!forged.includes(gate)) return gate;
    const { digest: _, question: __, ...rest } = gate;
    return rest;
  });
  return { ...view, gates, problems: [...view.problems, ...forged.map(({ nodeId }) => questionForged(runId, nodeId))] };
}

const isOpen = ({ status, digest }: GateView): boolean => status === "open" && digest !== undefined;

export function questionForged(runId: string, node: string): Problem {
  const message = `what is shown of the gate ${node} of ${runId} is not what its digest stands for: it must not be approved`;
  return { code: "question-forged", at: node, message, hint: "find out who writes to the Temporal namespace" };
}
