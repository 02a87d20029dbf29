/** What an answer of the Kubernetes API that is no success means, in words that name the way out. */
import type { HttpAnswer } from "../../../platform/http/contract.js";
import { ToolFailure } from "../../define-tool.js";
import { excerpt } from "../../tools/kit/http-answers.js";

/** The API answered, and refused. `status` is that of HTTP. */
export class KubernetesFailure extends ToolFailure {
  constructor(
    code: ToolFailure["code"],
    message: string,
    readonly status: number,
    hint?: string,
    retryable?: boolean,
  ) {
    super(code, message, hint, retryable);
  }
}

/** Characters shown of what the API says. */
const SAID_MAX_CHARS = 500;
const FORBIDDEN =
  /User "([^"]*)" cannot (\S+) resource "([^"]*)" in API group "([^"]*)"(?: in the namespace "([^"]*)")?/;
const QUOTA = /exceeded quota: ([^,\s]+)/;
const ADMISSION =
  /admission webhook "[^"]+" (?:denied|does not support)|ValidatingAdmissionPolicy '[^']+'|violates PodSecurity|admission plugin/;

/** The failure for an answer that is not of 2xx. */
export function refusalOf(cluster: string, answer: HttpAnswer): KubernetesFailure {
  const { status } = answer;
  const { said, isStatus } = saidBy(answer);
  const fail = (code: ToolFailure["code"], message: string, hint?: string, retryable?: boolean) =>
    new KubernetesFailure(code, message, status, hint, retryable);
  if (status === 401) {
    const hint = "check the token or certificate, and that it has not expired";
    return fail("source-denied", `the cluster ${cluster} did not accept the credentials`, hint);
  }
  const quota = QUOTA.exec(said)?.[1];
  if (status === 403 && quota !== undefined) return quotaFailure(cluster, quota, said, status);
  if ([400, 403, 422].includes(status) && ADMISSION.test(said)) {
    const hint = "change the action so that the cluster's rules let it pass, or have the rule changed";
    return fail("admission-refused", `an admission rule of the cluster ${cluster} refuses it: ${said}`, hint);
  }
  if (status === 403) return denied(cluster, said, status);
  if (status === 404 && isStatus) {
    return fail("object-not-found", `the cluster ${cluster} says: ${said}`, "check the names in config.yaml");
  }
  if (status === 409) {
    return fail(
      "conflict",
      `the cluster ${cluster} says that the object was changed meanwhile: ${said}`,
      undefined,
      true,
    );
  }
  if (status === 429) return fail("source-busy", `the cluster ${cluster} takes no more for now: ${said}`);
  if (status >= 500) return fail("source-error", `the cluster ${cluster} answered ${status}: ${said}`);
  if (!isStatus) {
    const message = `the server of the cluster ${cluster} answered ${status} and not as the Kubernetes API does: ${said}`;
    return fail("source-answer-invalid", message, "check that clusters.NAME.server leads to an API server");
  }
  return fail("source-refused", `the cluster ${cluster} refused the request with ${status}: ${said}`);
}

export function quotaFailure(cluster: string, quota: string, said: string, status = 403): KubernetesFailure {
  const hint = `free what the quota ${quota} counts, or have it raised`;
  return new KubernetesFailure(
    "quota-exceeded",
    `the cluster ${cluster} has no room by its quota: ${said}`,
    status,
    hint,
  );
}

function denied(cluster: string, said: string, status: number): KubernetesFailure {
  const match = FORBIDDEN.exec(said);
  if (match === null) {
    return new KubernetesFailure("permission-missing", `the cluster ${cluster} does not allow it: ${said}`, status);
  }
  const [, user = "", verb = "", resource = "", group = "", namespace] = match;
  const what = group === "" ? resource : `${resource}.${group}`;
  const where = namespace === undefined ? "in the cluster" : `in the namespace ${namespace}`;
  const message = `in the cluster ${cluster}, ${user} may not ${verb} ${what} ${where}`;
  return new KubernetesFailure(
    "permission-missing",
    message,
    status,
    `give it a Role with the verb ${verb} on ${what} (docs/kubernetes.md lists what each action needs)`,
  );
}

function saidBy({ text }: HttpAnswer): { said: string; isStatus: boolean } {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null && "kind" in body && body.kind === "Status" && "message" in body) {
      return { said: String(body.message).slice(0, SAID_MAX_CHARS), isStatus: true };
    }
  } catch {
    // Told as it is.
  }
  return { said: excerpt(text), isStatus: false };
}
