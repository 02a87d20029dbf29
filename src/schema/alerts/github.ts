/** GitHub's webhooks of workflows and deployments: what failed fires, and what succeeds ends it or is an event of its own. */
import { z } from "zod";
import { parseWith } from "../problems.js";
import { type OneAlert, type ReadDelivery, refusedAlert } from "./alert.js";
import { boundedLabels, boundedText, cutsInWords, noCuts, optional } from "./kit.js";

const repository = z.object({ full_name: z.string().max(300), name: optional });
const workflowSchema = z.object({
  action: z.string().max(100),
  repository,
  workflow_run: z.object({
    name: optional,
    conclusion: optional,
    event: optional,
    head_branch: optional,
    head_sha: optional,
    html_url: optional,
    display_title: optional,
  }),
});
const deploymentSchema = z.object({
  repository,
  deployment_status: z.object({
    state: z.string().max(100),
    description: optional,
    target_url: optional,
    log_url: optional,
  }),
  deployment: z.object({
    id: z.union([z.int(), z.string()]),
    ref: optional,
    sha: optional,
    environment: optional,
    task: optional,
  }),
});
const checkSchema = z.object({
  action: z.string().max(100),
  repository,
  check_run: z.object({
    name: optional,
    conclusion: optional,
    head_sha: optional,
    check_suite: z.object({ head_branch: optional }).nullish(),
    output: z.object({ title: optional, summary: optional }).nullish(),
  }),
});
/** Every event of a repository or an organisation has one of these, and who did it. */
const otherSchema = z.union([
  z.object({ repository: z.looseObject({}) }),
  z.object({ organization: z.looseObject({}) }),
]);
const pingSchema = z.object({ zen: z.string(), hook_id: z.unknown() });

const FAILED = new Set(["failure", "error", "timed_out", "startup_failure", "action_required"]);
/** What ends in none of these goes on, was cancelled, or was skipped. */
const SUCCEEDED = new Set(["success"]);

const KINDS = ["workflow_run", "deployment_status", "check_run", "zen"] as const;
export const isGitHub = (keys: object): boolean => KINDS.some((key) => Object.hasOwn(keys, key));

export function readGitHub(input: unknown): ReadDelivery {
  const keys = typeof input === "object" && input !== null ? input : {};
  if (Object.hasOwn(keys, "workflow_run")) return readWorkflow(input);
  if (Object.hasOwn(keys, "deployment_status")) return readDeployment(input);
  if (Object.hasOwn(keys, "check_run")) return readCheck(input);
  // Whoever has all events sent is not told that each push is wrong.
  const name = pingSchema.safeParse(input).success
    ? "ping"
    : otherSchema.safeParse(input).success
      ? "event"
      : undefined;
  if (name !== undefined) {
    const quiet: OneAlert = { id: name, name, says: [], labels: {}, status: "firing", noIncident: true };
    return { ok: true, delivery: { from: "github", alerts: [quiet], cut: [] } };
  }
  const message = "the alert must be an event workflow_run, check_run or deployment_status";
  return refusedAlert([{ code: "alert-invalid", at: "alert", message, hint: "choose these events at the webhook" }]);
}

function readWorkflow(input: unknown): ReadDelivery {
  const parsed = parseWith(workflowSchema, input, { at: "alert", shows: false });
  if (!parsed.ok) return refusedAlert(parsed.problems);
  const { action, workflow_run: run, repository: at } = parsed.value;
  const cuts = noCuts();
  const result = action === "completed" ? (run.conclusion ?? "") : "running";
  const name = `workflow ${run.name ?? "of GitHub"} ${FAILED.has(result) ? "failed" : result}`;
  const labels = boundedLabels(
    defined({
      event: "workflow_run",
      repository: at.full_name,
      service: at.name,
      workflow: run.name,
      branch: run.head_branch,
      version: run.head_sha,
      result,
    }),
    cuts,
  );
  const id = JSON.stringify([at.full_name, run.name, run.head_branch]);
  const alert = endedBySuccess(one(id, name, result, labels, [boundedText(run.display_title, cuts)]), result);
  return { ok: true, delivery: { from: "github", alerts: [alert], cut: cutsInWords(cuts) } };
}

function readCheck(input: unknown): ReadDelivery {
  const parsed = parseWith(checkSchema, input, { at: "alert", shows: false });
  if (!parsed.ok) return refusedAlert(parsed.problems);
  const { action, check_run: check, repository: at } = parsed.value;
  const cuts = noCuts();
  const result = action === "completed" ? (check.conclusion ?? "") : "running";
  const branch = check.check_suite?.head_branch;
  const name = `check ${check.name ?? "of GitHub"} ${FAILED.has(result) ? "failed" : result}`;
  const named = { event: "check_run", repository: at.full_name, service: at.name, check: check.name };
  const labels = boundedLabels(defined({ ...named, branch, version: check.head_sha, result }), cuts);
  const id = JSON.stringify([at.full_name, "check", check.name, branch]);
  const says = [boundedText(check.output?.title, cuts), boundedText(check.output?.summary, cuts)];
  const alert = endedBySuccess(one(id, name, result, labels, says), result);
  return { ok: true, delivery: { from: "github", alerts: [alert], cut: cutsInWords(cuts) } };
}

/** A success ends what failed before on the same branch; alone it is nothing to look into. */
const endedBySuccess = (alert: OneAlert, result: string): OneAlert =>
  SUCCEEDED.has(result) ? { ...alert, status: "resolved" } : alert;

function readDeployment(input: unknown): ReadDelivery {
  const parsed = parseWith(deploymentSchema, input, { at: "alert", shows: false });
  if (!parsed.ok) return refusedAlert(parsed.problems);
  const { deployment_status: status, deployment, repository: at } = parsed.value;
  const cuts = noCuts();
  const result = status.state;
  const name = `deployment of ${at.name ?? at.full_name} ${FAILED.has(result) ? "failed" : SUCCEEDED.has(result) ? "succeeded" : result}`;
  const labels = boundedLabels(
    defined({
      event: "deployment_status",
      repository: at.full_name,
      service: at.name,
      environment: deployment.environment,
      version: deployment.sha,
      branch: deployment.ref,
      result,
    }),
    cuts,
  );
  const id = JSON.stringify([at.full_name, "deployment", String(deployment.id)]);
  const says = [boundedText(status.description, cuts)];
  return {
    ok: true,
    delivery: { from: "github", alerts: [one(id, name, result, labels, says)], cut: cutsInWords(cuts) },
  };
}

function one(id: string, name: string, result: string, labels: Record<string, string>, says: string[]): OneAlert {
  const isTold = FAILED.has(result) || SUCCEEDED.has(result);
  return { id, name, says, labels, status: "firing", noIncident: isTold ? undefined : (true as const) };
}

const defined = (given: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
