/** Sources of kind `kubernetes`: logs and changes of a namespace. The cluster stands in config.yaml with its URL. */
import { KUBERNETES_PARTS } from "../../../schema/config/kubernetes-source.js";
import type { SourceConnector } from "../contract.js";
import { LOGS_KEPT_MAX_CHARS } from "../kit/limits.js";
import { kubernetesChanges } from "./changes.js";
import { checkNamespace } from "./check.js";
import { readKubernetes } from "./logs.js";

export const kubernetes: SourceConnector<"kubernetes"> = {
  kind: "kubernetes",
  urls: () => [],
  check: checkNamespace,
  readLogs: (source, question, context) => readKubernetes(source, question, LOGS_KEPT_MAX_CHARS, context),
  place: ({ cluster, namespace }) => `${cluster}/${namespace}`,
  queryFault: (query) =>
    /^[A-Za-z0-9_./!=,() -]+$/.test(query)
      ? undefined
      : { rule: "a label selector such as app=checkout,tier!=cache", hint: "use contains and level for the text" },
  readChanges: kubernetesChanges,
  sample: {
    kind: "kubernetes",
    cluster: "sample",
    namespace: "sample",
    include: [...KUBERNETES_PARTS],
    argocd_namespace: "argocd",
  },
};
