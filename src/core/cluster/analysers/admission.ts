/** Why the API takes no pods of a workload: what controllers are told when they try to make them. */
import { sum } from "../../../core/statistics/order.js";
import { type Cause, evidenceOf, type ObjectRef, refText } from "../cause.js";
import type { CauseCode } from "../codes.js";
import { type Model, type Owner, refOf } from "../model.js";
import { quantityOf } from "../quantity.js";
import { dependenciesOf } from "./dependencies.js";
import { type Analyser, causeOf, conditionOf } from "./draft.js";

interface Refusal {
  ref: ObjectRef;
  from: string;
  text: string;
}

/** The first that fits. */
const SAYINGS: ReadonlyArray<readonly [RegExp, CauseCode]> = [
  [/exceeded quota/i, "k8s-quota-exceeded"],
  [/failed quota|must specify (?:limits|requests|cpu|memory)/i, "k8s-quota-needs-requests"],
  [
    /(?:maximum|minimum) [a-z.-]+ usage per (?:Container|Pod|PersistentVolumeClaim)|max limit to request ratio/i,
    "k8s-limit-range-violated",
  ],
  [/failed calling (?:admission )?webhook|failed to call webhook/i, "k8s-webhook-unreachable"],
  [
    /violates PodSecurity|PodSecurityPolicy: |unable to (?:validate|admit) against any (?:pod )?security/i,
    "k8s-pod-security-violated",
  ],
  [
    /admission webhook "[^"]+" denied|ValidatingAdmissionPolicy '[^']+'|denied the request|denied by policy/i,
    "k8s-webhook-denied",
  ],
  [
    /service ?account \S* ?(?:was )?not found|error looking up service account|serviceaccount "[^"]+" not found/i,
    "k8s-service-account-missing",
  ],
  [/no PriorityClass with name/i, "k8s-priority-class-missing"],
  [/runtimeclass/i, "k8s-runtime-class-missing"],
  [/being terminated/i, "k8s-namespace-terminating"],
  [/is invalid|unable to validate|Unsupported value|Invalid value/i, "k8s-pod-template-invalid"],
];

export const admissionCauses: Analyser = (model) => [
  ...model.owners.flatMap((owner) => refusedPods(model, owner)),
  ...usedUp(model),
];

/** Only while pods are short: an old refusal that was got over says nothing. */
function refusedPods(model: Model, owner: Owner): Cause[] {
  const living = owner.pods.filter(
    ({ metadata, status }) => metadata.deletionTimestamp === undefined && status?.phase !== "Failed",
  );
  const isShort = living.length < (owner.replicas ?? 1) || isBehind(model, owner);
  const refusals = refusalsOf(model, owner.ref, isShort);
  for (const [pattern, code] of SAYINGS) {
    const refusal = refusals.find(({ text }) => pattern.test(text));
    if (refusal !== undefined) return [refusalCause(model, owner, code, refusal)];
  }
  return [];
}

/** The pods of the revision before go on, and the new ones are not made. */
const isBehind = ({ facts }: Model, { ref, replicas }: Owner): boolean =>
  ref.kind === "Deployment" &&
  facts.objects.Deployment.some(
    ({ metadata, status }) =>
      metadata.name === ref.name &&
      metadata.namespace === ref.namespace &&
      status !== undefined &&
      (status.updatedReplicas ?? 0) < (replicas ?? 1),
  );

function refusalsOf(model: Model, ref: ObjectRef, isShort: boolean): Refusal[] {
  const { objects } = model.facts;
  const own = ref.kind === "Deployment" ? objects.Deployment : ref.kind === "ReplicaSet" ? objects.ReplicaSet : [];
  const sets = objects.ReplicaSet.filter(
    ({ metadata, spec }) =>
      metadata.namespace === ref.namespace &&
      (spec?.replicas ?? 1) > 0 &&
      metadata.ownerReferences.some(({ name, kind }) => name === ref.name && kind === ref.kind),
  );
  const conditions = [
    ...own.filter(({ metadata }) => metadata.name === ref.name && metadata.namespace === ref.namespace),
    ...sets,
  ].flatMap((item) => {
    const failure = conditionOf(item.status?.conditions, "ReplicaFailure");
    const progress = conditionOf(item.status?.conditions, "Progressing");
    const unmade = progress?.reason === "ReplicaSetCreateError" ? progress : undefined;
    const one = failure?.status === "True" ? failure : unmade;
    return one !== undefined && isShort ? [{ ref, from: `condition ${one.type}`, text: one.message ?? "" }] : [];
  });
  if (!isShort) return conditions;
  const names = new Set([ref.name, ...sets.map(({ metadata }) => metadata.name)]);
  const isOwn = (kind: string, name: string): boolean =>
    (kind === ref.kind && name === ref.name) ||
    (kind === "ReplicaSet" &&
      ref.kind === "Deployment" &&
      (names.has(name) || name.replace(/-[a-z0-9]{5,10}$/, "") === ref.name));
  const events = model.allEvents.filter(
    (event) =>
      event.ref.namespace === ref.namespace &&
      /^(?:FailedCreate|ReplicaSetCreateError|FailedDaemonPod)$/.test(event.reason) &&
      isOwn(event.ref.kind, event.ref.name),
  );
  return [
    ...conditions,
    ...events
      .sort((a, b) => b.atMs - a.atMs)
      .map(({ ref: about, reason, message }) => ({ ref: about, from: `event ${reason}`, text: message })),
  ];
}

function refusalCause(model: Model, owner: Owner, code: CauseCode, { ref, from, text }: Refusal): Cause {
  const evidence = [evidenceOf(ref, from, text)];
  const object = objectOf(model, owner.ref, code, text);
  const by = code === "k8s-quota-exceeded" ? mostUsedBy(model, owner.ref.namespace, text) : "";
  const why = code === "k8s-quota-exceeded" ? quotaText(text) : text;
  return causeOf(code, object, `${refText(owner.ref)} gets no pods: ${why}${by}`, {
    evidence,
    affects: [owner.ref],
    weight: 0.97,
  });
}

/** `exceeded quota: compute, requested: pods=1, used: pods=10, limited: pods=10`, as a sentence. */
function quotaText(text: string): string {
  const parts = /exceeded quota: ([^,\s]+), requested: (.+), used: (.+), limited: (.+)$/.exec(text);
  if (parts === null) return text;
  const [, name, requested = "", used = "", limited = ""] = parts;
  return `exceeded quota ${name}: ${used} of ${limited} are used, and ${requested} more is requested`;
}

function objectOf(model: Model, owner: ObjectRef, code: CauseCode, text: string): ObjectRef {
  if (code === "k8s-quota-exceeded") {
    const name = /exceeded quota: ([^,\s]+)/.exec(text)?.[1];
    if (name !== undefined) return { kind: "ResourceQuota", name, namespace: owner.namespace };
  }
  if (code === "k8s-namespace-terminating") return { kind: "Namespace", name: owner.namespace ?? "" };
  if (code === "k8s-webhook-unreachable" || code === "k8s-webhook-denied") {
    const name = /webhook "([^"]+)"|ValidatingAdmissionPolicy '([^']+)'/
      .exec(text)
      ?.slice(1)
      .find((one) => one !== undefined);
    if (code === "k8s-webhook-unreachable" && name !== undefined) return webhookRef(model, name);
  }
  return owner;
}

function webhookRef({ facts }: Model, name: string): ObjectRef {
  for (const kind of ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"] as const) {
    const item = facts.objects[kind].find(({ webhooks }) => webhooks.some((one) => one.name === name));
    if (item !== undefined) return refOf(kind, item);
  }
  return { kind: "Webhook", name };
}

/** `; mostly used by Deployment shop/web (8 of 10)`. */
function mostUsedBy(model: Model, namespace: string | undefined, text: string): string {
  const resource = /limited: ([a-z./-]+)=/.exec(text)?.[1] ?? /used: ([a-z./-]+)=/.exec(text)?.[1];
  if (resource === undefined) return "";
  const [kind, name = resource] = resource.includes(".") ? resource.split(".") : ["requests", resource];
  const uses = model.owners
    .filter(({ ref }) => ref.namespace === namespace)
    .map(({ ref, pods }) => {
      const each = pods.map(({ spec }) =>
        name === "pods"
          ? 1
          : spec.containers.reduce(
              (sum, { resources }) =>
                sum + (quantityOf(resources?.[kind === "limits" ? "limits" : "requests"]?.[name]) ?? 0),
              0,
            ),
      );
      return { ref, use: sum(each), pods: pods.length };
    });
  const [most] = uses.sort((a, b) => b.use - a.use || refText(a.ref).localeCompare(refText(b.ref), "en"));
  return most === undefined || most.use === 0 ? "" : `; ${refText(most.ref)} uses most of it (${most.pods} pods)`;
}

/** Quotas of things that no controller makes: what is missing could not be made. */
function usedUp(model: Model): Cause[] {
  const { ResourceQuota: quotas, Service: services, StatefulSet: sets } = model.facts.objects;
  return quotas.flatMap((quota): Cause[] => {
    const namespace = quota.metadata.namespace;
    const full = (resource: string): boolean => {
      const [used, hard] = [
        quantityOf(quota.status?.used?.[resource]),
        quantityOf(quota.status?.hard?.[resource] ?? quota.spec?.hard?.[resource]),
      ];
      return used !== undefined && hard !== undefined && used >= hard;
    };
    const say = (resource: string, what: string, affects: ObjectRef[]): Cause => {
      const text = `${resource}: ${quota.status?.used?.[resource]} of ${quota.status?.hard?.[resource] ?? quota.spec?.hard?.[resource]}`;
      return causeOf("k8s-quota-exceeded", refOf("ResourceQuota", quota), what, {
        evidence: [evidenceOf(refOf("ResourceQuota", quota), "status.used", text)],
        affects,
        weight: 0.94,
      });
    };
    const found: Cause[] = [];
    if (full("services") && model.knows("Service", namespace)) {
      const own = model.owners.filter(({ ref }) => ref.namespace === namespace);
      const missing = own.flatMap((owner) =>
        dependenciesOf(model, owner)
          .filter((one) => one.service === undefined && one.isCertain)
          .map(({ host }) => ({ kind: "Service", name: host, namespace })),
      );
      const named = missing.filter(({ name }) => own.some(({ ref }) => ref.name === name));
      if (named.length > 0)
        found.push(
          say(
            "services",
            `${refText(named[0] ?? missing[0] ?? { kind: "", name: "" })} is missing, and the quota of services is used up (${services.length})`,
            named,
          ),
        );
    }
    const claims = sets.filter(
      ({ metadata, spec }) => metadata.namespace === namespace && (spec?.volumeClaimTemplates.length ?? 0) > 0,
    );
    const refused = claims.filter((set) =>
      model
        .events(refOf("StatefulSet", set))
        .some(({ reason, message }) => reason === "FailedCreate" && /exceeded quota/.test(message)),
    );
    if (refused.length > 0 && (full("persistentvolumeclaims") || full("requests.storage"))) {
      found.push(
        say(
          full("persistentvolumeclaims") ? "persistentvolumeclaims" : "requests.storage",
          `${refText(refOf("StatefulSet", refused[0] ?? sets[0] ?? quota))} gets no claims: the quota is used up`,
          refused.map((set) => refOf("StatefulSet", set)),
        ),
      );
    }
    return found;
  });
}
