/** Ingresses that lead nowhere. */
import type { Ingress, IngressBackend } from "../../../schema/kubernetes/network.js";
import { type Cause, evidenceOf, refText } from "../cause.js";
import { type Model, refOf } from "../model.js";
import { type Analyser, ageMs, causeOf, presentMs } from "./draft.js";

/** A controller takes an ingress within seconds, and a cloud's balancer takes minutes. */
const UNCLAIMED_MS = 600_000;

export const ingressCauses: Analyser = (model) =>
  model.facts.objects.Ingress.flatMap((ingress) => [
    ...classCause(model, ingress),
    ...backends(ingress).flatMap((one) => backendCause(model, ingress, one)),
    ...certificates(model, ingress),
  ]);

const backends = ({ spec }: Ingress): IngressBackend[] => [
  ...(spec?.defaultBackend === undefined ? [] : [spec.defaultBackend]),
  ...(spec?.rules ?? []).flatMap(({ http }) =>
    (http?.paths ?? []).flatMap(({ backend }) => (backend === undefined ? [] : [backend])),
  ),
];

function classCause(model: Model, ingress: Ingress): Cause[] {
  const ref = refOf("Ingress", ingress);
  const name = ingress.spec?.ingressClassName;
  if (!model.knows("IngressClass")) return [];
  if (name === undefined) return unclaimed(model, ingress);
  if (model.has("IngressClass", name)) return [];
  const known = model.facts.objects.IngressClass.map(({ metadata }) => metadata.name).join(", ") || "none";
  const evidence = [evidenceOf(ref, "spec.ingressClassName", `${name}; there is ${known}`)];
  return [
    causeOf(
      "k8s-ingress-class-missing",
      ref,
      `${refText(ref)} names the class ${name}, which does not exist (there is ${known})`,
      { evidence, affects: [ref], weight: 0.93 },
    ),
  ];
}

/** Nobody has taken it: without a class, or with one in the old annotation that no class has. Some controllers want none. */
function unclaimed(model: Model, ingress: Ingress): Cause[] {
  const { IngressClass: classes } = model.facts.objects;
  const { annotations, creationTimestamp } = ingress.metadata;
  const asked = annotations?.["kubernetes.io/ingress.class"];
  const isDefault = classes.some(
    ({ metadata }) => metadata.annotations?.["ingressclass.kubernetes.io/is-default-class"] === "true",
  );
  const balancer = ingress.status?.loadBalancer;
  const isNew = (ageMs(creationTimestamp, presentMs(model)) ?? 0) < UNCLAIMED_MS;
  if (balancer === undefined || balancer.ingress.length > 0 || isNew) return [];
  if (asked === undefined ? isDefault : model.has("IngressClass", asked)) return [];
  const ref = refOf("Ingress", ingress);
  const known = classes.map(({ metadata }) => metadata.name).join(", ") || "none";
  const has = asked === undefined ? "no class, and none is the default" : `the class ${asked}, which does not exist`;
  return [
    causeOf("k8s-ingress-class-missing", ref, `${refText(ref)} has ${has} (there is ${known}); nobody serves it`, {
      evidence: [evidenceOf(ref, "spec.ingressClassName", `${asked ?? "none"}; there is ${known}`)],
      affects: [ref],
      weight: 0.75,
    }),
  ];
}

function backendCause(model: Model, ingress: Ingress, { service }: IngressBackend): Cause[] {
  const ref = refOf("Ingress", ingress);
  const { namespace } = ingress.metadata;
  if (service === undefined || !model.knows("Service", namespace)) return [];
  const found = model.facts.objects.Service.find(
    ({ metadata }) => metadata.name === service.name && metadata.namespace === namespace,
  );
  const wanted = service.port?.name ?? service.port?.number;
  const evidence = [evidenceOf(ref, "backend", `${service.name}:${wanted}`)];
  if (found === undefined)
    return [
      causeOf(
        "k8s-ingress-backend-missing",
        ref,
        `${refText(ref)} leads to the service ${service.name}, which does not exist`,
        { evidence, affects: [ref], weight: 0.93 },
      ),
    ];
  const own = found.spec?.ports ?? [];
  if (
    wanted === undefined ||
    own.some(({ name, port }) => name === wanted || port === wanted) ||
    found.spec?.type === "ExternalName"
  )
    return [];
  const has = own.map(({ name, port }) => `${port}${name === undefined ? "" : ` (${name})`}`).join(", ");
  return [
    causeOf(
      "k8s-ingress-backend-port-wrong",
      ref,
      `${refText(ref)} leads to port ${wanted} of ${service.name}, which has ${has}`,
      { evidence, affects: [ref], weight: 0.93 },
    ),
  ];
}

function certificates(model: Model, ingress: Ingress): Cause[] {
  const ref = refOf("Ingress", ingress);
  const { namespace } = ingress.metadata;
  if (!model.knows("Secret", namespace)) return [];
  return (ingress.spec?.tls ?? []).flatMap(({ secretName }): Cause[] => {
    if (secretName === undefined) return [];
    const secret = model.facts.objects.Secret.find(
      ({ metadata }) => metadata.name === secretName && metadata.namespace === namespace,
    );
    const keys = secret?.data ?? [];
    if (keys.includes("tls.crt") && keys.includes("tls.key")) return [];
    const why = secret === undefined ? "does not exist" : "has no tls.crt and tls.key";
    return [
      causeOf(
        "k8s-ingress-certificate-missing",
        ref,
        `${refText(ref)} names the TLS Secret ${secretName}, which ${why}`,
        { evidence: [evidenceOf(ref, "spec.tls", `${secretName} ${why}`)], affects: [ref], weight: 0.9 },
      ),
    ];
  });
}
