/** Pods that do not ask the cluster's DNS, and need names that only it knows. */
import { type Cause, evidenceOf, refText } from "../cause.js";
import type { Model } from "../model.js";
import { dependenciesOf } from "./dependencies.js";
import { causeOf } from "./draft.js";
import { saysUnreached } from "./log-signs.js";

const SYSTEM = "kube-system";

export function podDns(model: Model): Cause[] {
  const addresses = model.facts.objects.Service.filter(
    ({ metadata }) => metadata.namespace === SYSTEM && metadata.name.includes("dns"),
  ).map(({ spec }) => spec?.clusterIP ?? "");
  return model.owners.flatMap((owner): Cause[] => {
    const { spec, ref } = owner;
    const { dnsPolicy, dnsConfig, hostNetwork } = spec ?? {};
    const others = (dnsConfig?.nameservers ?? []).filter(
      (address) => !addresses.includes(address) && !address.startsWith("169.254."),
    );
    const isOwn =
      dnsPolicy === "None" &&
      others.length > 0 &&
      addresses.length > 0 &&
      others.length === (dnsConfig?.nameservers ?? []).length;
    const isUnresolved = saysUnreached(model, owner);
    // On the network of its node a pod asks the node's DNS unless it says otherwise.
    const isHost =
      hostNetwork === true
        ? dnsPolicy !== "ClusterFirstWithHostNet" && dnsPolicy !== "None" && isUnresolved
        : dnsPolicy === "Default";
    const needs = dependenciesOf(model, owner).filter(({ service }) => service !== undefined);
    if ((!isOwn && !isHost) || (needs.length === 0 && !isUnresolved) || ref.namespace === SYSTEM) return [];
    const host = hostNetwork === true ? "hostNetwork without ClusterFirstWithHostNet" : "dnsPolicy Default";
    const text = isOwn ? `dnsPolicy None with ${others.join(", ")}` : `${host}: the node's DNS`;
    return [
      causeOf(
        "k8s-pod-dns-wrong",
        ref,
        `${refText(ref)} does not ask the cluster's DNS (${text}), and ${needs.length === 0 ? "does not reach what it calls" : `calls ${needs[0]?.host}`}`,
        { evidence: [evidenceOf(ref, "spec.dnsPolicy", text)], affects: [ref], weight: 0.92 },
      ),
    ];
  });
}
