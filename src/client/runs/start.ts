/** Starts a run: `runGraph` with an id of its own, and what the lists and the Web UI show of it. */
import { createHash } from "node:crypto";
import { WorkflowExecutionAlreadyStartedError } from "@temporalio/client";
import { defineSearchAttributeKey, type SearchAttributePair } from "@temporalio/common";
import { beyondBounds, INPUT_BOUNDS } from "../../core/bounds.js";
import { plain } from "../../core/report/plain.js";
import { digestOf } from "../../platform/digest.js";
import { DETAILS_MAX_NODES, DOCUMENT_MAX_BYTES, STATIC_SUMMARY_MAX_BYTES } from "../../vocabulary/limits.js";
import { RUN_QUEUE, runId, WORKFLOWS } from "../../vocabulary/names.js";
import type { Result } from "../../vocabulary/result.js";
import { visibleLine } from "../../vocabulary/visible.js";
import type { RunsOptions } from "./context.js";
import type { StartedRun, StartRun } from "./contract.js";
import { promptly } from "./deadline.js";
import { attempt, refusal } from "./temporal-errors.js";

const STATUS = defineSearchAttributeKey("AutoopsStatus", "KEYWORD");
const REQUESTER = defineSearchAttributeKey("AutoopsRequester", "KEYWORD");
const TRIGGER = defineSearchAttributeKey("AutoopsTrigger", "KEYWORD");
const PLAYBOOK = defineSearchAttributeKey("AutoopsPlaybook", "KEYWORD");
const PENDING = defineSearchAttributeKey("AutoopsPendingApprovals", "INT");

/** Stored with the run: its name for lists, and a digest that tells another request under the same key. */
export const MEMO = { name: "name", request: "request" } as const;

export async function startRun(input: StartRun, options: RunsOptions): Promise<Result<StartedRun>> {
  const { asked = {} } = options;
  const isDry = input.dryRun === true || asked.dryRun === true;
  const args = {
    graph: input.graph,
    requester: input.requester,
    dry_run: isDry || undefined,
    stricter: asked.stricter,
  };
  const beyond = beyondBounds([args, input.request], INPUT_BOUNDS);
  if (beyond !== undefined) {
    const hint = "give a smaller graph";
    return refusal({ code: "document-too-large", at: "graph", message: `what a run is started with ${beyond}`, hint });
  }
  const bytes = Buffer.byteLength(JSON.stringify(args));
  if (bytes > DOCUMENT_MAX_BYTES) {
    const message = `the graph must have at most ${DOCUMENT_MAX_BYTES} bytes, got ${bytes}`;
    return refusal({ code: "document-too-large", at: "graph", message });
  }
  const request = digestOf(input.request ?? args);
  const workflowId = idFor(input, options);
  return attempt(workflowId, async () => {
    try {
      const start = () =>
        options.client.workflow.start(WORKFLOWS.runGraph, {
          taskQueue: RUN_QUEUE,
          workflowId,
          workflowIdConflictPolicy: "FAIL",
          workflowIdReusePolicy: "REJECT_DUPLICATE",
          args: [args],
          memo: { [MEMO.name]: input.graph.name, [MEMO.request]: request },
          typedSearchAttributes: attributesOf(input),
          staticSummary: summaryOf({ ...input, dryRun: isDry }),
          staticDetails: detailsOf(input),
        });
      const handle = await promptly(options.client, start);
      const runKey = handle.firstExecutionRunId;
      return {
        ok: true,
        value: {
          runId: workflowId,
          runKey,
          isNew: true,
          dryRun: isDry || undefined,
          webUrl: webUrl(options, workflowId, runKey),
        },
      };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      return existing(workflowId, request, input, options);
    }
  });
}

/** The address of a run in the Temporal Web UI, where one is known. */
export function webUrl({ webUiUrl, namespace }: RunsOptions, workflowId: string, executionId: string) {
  if (webUiUrl === undefined) return undefined;
  const path = [namespace, "workflows", workflowId, executionId].map(encodeURIComponent).join("/");
  return `${webUiUrl}/namespaces/${path}/history`;
}

/** A key gives the same id whatever the body says, so that another body under it is found out. */
function idFor(input: StartRun, options: RunsOptions): string {
  if (input.idempotencyKey === undefined) {
    return runId(options.encrypts === true ? "run" : input.graph.name, options.idTail());
  }
  const hash = createHash("sha256")
    .update(JSON.stringify([input.requester, input.idempotencyKey]))
    .digest("hex");
  return runId("run", hash.slice(0, 26));
}

async function existing(workflowId: string, request: string, input: StartRun, options: RunsOptions) {
  const description = await promptly(options.client, () => options.client.workflow.getHandle(workflowId).describe());
  if (input.idempotencyKey === undefined) {
    const message = `a run ${workflowId} exists already`;
    return refusal({ code: "run-already-exists", at: workflowId, message, hint: "try again" });
  }
  if (description.memo?.[MEMO.request] !== request) {
    const message = "the idempotency key was used for another request";
    return refusal({ code: "idempotency-conflict", at: "Idempotency-Key", message, hint: "use a new key" });
  }
  const runKey = description.raw.workflowExecutionInfo?.firstRunId || description.runId;
  const url = webUrl(options, workflowId, description.runId);
  return { ok: true as const, value: { runId: workflowId, runKey, isNew: false, webUrl: url } };
}

function attributesOf({ graph, requester, trigger }: StartRun): SearchAttributePair[] {
  const pairs: SearchAttributePair[] = [
    { key: STATUS, value: "running" },
    { key: REQUESTER, value: opaque(requester) },
    { key: TRIGGER, value: trigger },
    { key: PENDING, value: 0 },
  ];
  const playbook = graph.metadata?.playbook;
  if (typeof playbook === "string" && playbook !== "") pairs.push({ key: PLAYBOOK, value: playbook.slice(0, 100) });
  return pairs;
}

/** Search attributes are plain text that every reader of the namespace sees: no address of a person stands there. */
export function opaque(requester: string): string {
  if (/^[A-Za-z0-9._-]{1,64}$/.test(requester)) return requester;
  return `id-${createHash("sha256").update(requester).digest("hex").slice(0, 16)}`;
}

function summaryOf({ graph, dryRun }: StartRun): string {
  const said = `${dryRun === true ? "[dry run] " : ""}${graph.goal_description || graph.name}`;
  const text = visibleLine(said.replace(/\s+/g, " "));
  if (Buffer.byteLength(text) <= STATIC_SUMMARY_MAX_BYTES) return text;
  const letters = [...text];
  while (Buffer.byteLength(letters.join("")) > STATIC_SUMMARY_MAX_BYTES - 3) letters.pop();
  return `${letters.join("")}…`;
}

function detailsOf({ graph }: StartRun): string {
  const lines = graph.nodes
    .slice(0, DETAILS_MAX_NODES)
    .map((node) => `- ${plain(node.name)} (${node.id}) · ${node.tool ?? node.type}`);
  const left = graph.nodes.length - DETAILS_MAX_NODES;
  if (left > 0) lines.push(`- and ${left} more nodes`);
  return lines.join("\n");
}
