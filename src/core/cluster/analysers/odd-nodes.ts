/** Nodes that differ from all others: by their clock, or by the age of their kubelet. */
import { median } from "../../../core/statistics/order.js";
import { type Cause, evidenceOf, refText } from "../cause.js";
import { type Model, refOf } from "../model.js";
import { causeOf } from "./draft.js";

/** A lease is renewed every ten seconds. */
const CLOCK_AHEAD_MS = 120_000;
const NODES_MIN = 3;
/** Kubernetes allows a kubelet to be three minor versions behind the API server. */
const MINORS_MAX = 3;

export const oddNodes = (model: Model): Cause[] => [...clocksAhead(model), ...versions(model)];

/** What a node writes is of its own clock; one that is behind looks like one that no longer renews. */
function clocksAhead({ facts }: Model): Cause[] {
  const leases = facts.objects.Lease.filter(({ metadata }) => metadata.namespace === "kube-node-lease").flatMap(
    ({ metadata, spec }) => {
      const ms = Date.parse(spec?.renewTime ?? "");
      return Number.isNaN(ms) ? [] : [{ name: metadata.name, ms }];
    },
  );
  if (leases.length < NODES_MIN) return [];
  const usual = median(leases.map(({ ms }) => ms));
  return leases
    .filter(({ ms }) => ms - usual > CLOCK_AHEAD_MS)
    .map(({ name, ms }) => {
      const ref = { kind: "Node", name };
      const text = `renewed ${Math.round((ms - usual) / 1_000)} s later than those of the other nodes`;
      return causeOf("k8s-node-clock-wrong", ref, `the clock of ${refText(ref)} is ahead: its lease was ${text}`, {
        evidence: [evidenceOf(ref, "lease", text)],
        weight: 0.85,
      });
    });
}

function versions({ facts }: Model): Cause[] {
  const minors = facts.objects.Node.flatMap((node) => {
    const version = node.status?.nodeInfo?.kubeletVersion ?? "";
    const minor = Number(/^v?1\.(\d+)/.exec(version)?.[1]);
    return Number.isNaN(minor) ? [] : [{ ref: refOf("Node", node), version, minor }];
  });
  if (minors.length < NODES_MIN) return [];
  const usual = median(minors.map(({ minor }) => minor));
  return minors
    .filter(({ minor }) => Math.abs(minor - usual) > MINORS_MAX)
    .map(({ ref, version }) =>
      causeOf("k8s-node-version-skewed", ref, `${refText(ref)} runs kubelet ${version}, the others 1.${usual}`, {
        evidence: [evidenceOf(ref, "status.nodeInfo.kubeletVersion", version)],
        weight: 0.55,
      }),
    );
}
