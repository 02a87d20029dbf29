/** Why images do not come: what the runtime says of the pull, over the wordings of docker, containerd and CRI-O. */
import type { Pod } from "../../../schema/kubernetes/pod.js";
import { type Cause, evidenceOf, type ObjectRef, refText } from "../cause.js";
import type { CauseCode } from "../codes.js";
import { type Model, refOf } from "../model.js";
import { type Analyser, causeOf, containersOf, isWanted, podEvidence, type SeenContainer } from "./draft.js";

const PULL_REASONS = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
]);

/** Then it is the node that has no room. */
const NO_ROOM = /no space left on device|disk quota exceeded|not enough disk/i;
/** The first that fits. */
const SAYINGS: ReadonlyArray<readonly [RegExp, CauseCode]> = [
  [
    /InvalidImageName|couldn't parse image|invalid reference format|failed to apply default image tag|invalid image name/i,
    "k8s-image-name-invalid",
  ],
  [/ErrImageNeverPull|pull policy of Never/i, "k8s-image-never-pulled"],
  [
    /no match(?:ing)? (?:manifest )?for (?:platform|linux|windows)|no match for platform|image operating system .* cannot be used/i,
    "k8s-image-platform-unmatched",
  ],
  [/toomanyrequests|too many requests|\b429\b|rate limit/i, "k8s-registry-rate-limited"],
  [/x509|certificate|HTTP response to HTTPS client|tls: (?!handshake timeout)/i, "k8s-registry-untrusted"],
  [
    /no such host|server misbehaving|name resolution|could not resolve host|lookup [\w.-]+(?: on [\d.:[\]a-f]+)?: /i,
    "k8s-registry-name-unresolved",
  ],
  [
    /connection refused|i\/o timeout|no route to host|deadline exceeded|client\.timeout|network is unreachable|handshake timeout|\b50[234]\b|connection reset/i,
    "k8s-registry-unreachable",
  ],
  [/pull access denied|repository does not exist or may require|insufficient_scope/i, "k8s-registry-access-denied"],
  [
    /manifest unknown|manifest for .* not found|name unknown|NAME_UNKNOWN|not found|does not exist|reading manifest/i,
    "k8s-image-not-found",
  ],
  [
    /unauthorized|denied|\b401\b|\b403\b|authentication required|no basic auth credentials/i,
    "k8s-registry-access-denied",
  ],
];

export const imageCauses: Analyser = (model) =>
  model.owners.flatMap((owner) => {
    const found = owner.pods
      .filter(isWanted)
      .flatMap((pod) => containersOf(pod))
      .filter(({ status }) => PULL_REASONS.has(status.state?.waiting?.reason ?? ""));
    const byImage = new Map(found.map((one) => [imageOf(one), one]));
    return [...byImage.values()].map((one) => pullCause(model, owner.ref, one, found.length));
  });

const imageOf = ({ spec, status }: SeenContainer): string => spec?.image ?? status.image ?? "";

function pullCause(model: Model, owner: ObjectRef, one: SeenContainer, count: number): Cause {
  const { pod, status } = one;
  const image = imageOf(one);
  const waiting = status.state?.waiting;
  const events = model
    .events(refOf("Pod", pod))
    .filter(
      ({ reason, message }) =>
        /^(?:Failed|InspectFailed|ErrImageNeverPull|FailedToRetrieveImagePullSecret|BackOff)$/.test(reason) &&
        isOfImage(message, image),
    );
  const texts = [
    `${waiting?.reason}: ${waiting?.message ?? ""}`,
    ...events.filter(({ reason }) => reason !== "FailedToRetrieveImagePullSecret").map(({ message }) => message),
  ];
  const said = SAYINGS.flatMap(([pattern, code]) => {
    const text = texts.find((line) => pattern.test(withoutImage(line, image)));
    return text === undefined ? [] : [{ code, text }];
  })[0];
  const evidence = [
    podEvidence(
      pod,
      `container ${status.name} waiting`,
      [waiting?.reason, waiting?.message].filter(Boolean).join(": "),
    ),
    ...(said === undefined ? [] : [podEvidence(pod, "event Failed", said.text)]),
  ];
  const full = texts.find((text) => NO_ROOM.test(text));
  const node = { kind: "Node", name: pod.spec.nodeName ?? "" };
  if (full !== undefined && node.name !== "")
    return causeOf(
      "k8s-node-disk-pressure",
      node,
      `${refText(node)} has no room for the image ${image} of ${refText(owner)}`,
      {
        evidence: [podEvidence(pod, "event Failed", full), ...evidence],
        affects: [owner],
        weight: 0.93,
      },
    );
  const { code, note } = withCredentials(model, pod, image, said?.code ?? "k8s-image-pull-failed", said?.text ?? "");
  const secret = events.find(({ reason }) => reason === "FailedToRetrieveImagePullSecret");
  if (secret !== undefined)
    evidence.push(evidenceOf(secret.ref, "event FailedToRetrieveImagePullSecret", secret.message));
  const often = count > 1 ? ` (${count} containers)` : "";
  const named = image || /image "([^"]+)"/.exec(texts.join(" "))?.[1] || "its image";
  const what = `${refText(owner)} cannot pull ${named}${often}${note}`;
  return causeOf(code, owner, what, { evidence, affects: [owner], weight: said === undefined ? 0.85 : 0.96 });
}

/** The name of an image may hold words that look like an answer: `shop/not-found-service`. */
const withoutImage = (text: string, image: string): string =>
  image === "" ? text : text.replaceAll(image, "").replaceAll(image.replace(/[:@].*$/, ""), "");
const isOfImage = (message: string, image: string): boolean =>
  image === "" || message.includes(image) || !/pull/i.test(message) || /pull secret/i.test(message);

/** A registry that says no tells not whether the name or the credentials are wrong: what else is known decides. */
function withCredentials(
  model: Model,
  pod: Pod,
  image: string,
  code: CauseCode,
  text: string,
): { code: CauseCode; note: string } {
  if (code !== "k8s-registry-access-denied") return { code, note: "" };
  const namespace = pod.metadata.namespace;
  const account = model.facts.objects.ServiceAccount.find(
    ({ metadata }) => metadata.namespace === namespace && metadata.name === (pod.spec.serviceAccountName ?? "default"),
  );
  const named = [...pod.spec.imagePullSecrets, ...(account?.imagePullSecrets ?? [])].map(({ name }) => name);
  const missing = named.filter((name) => model.knows("Secret", namespace) && !model.has("Secret", name, namespace));
  const unfound = model.events(refOf("Pod", pod)).find(({ reason }) => reason === "FailedToRetrieveImagePullSecret");
  if (missing.length > 0 || unfound !== undefined) {
    return {
      code: "k8s-pull-secret-missing",
      note: `: the pull secret ${missing.join(", ") || "that it names"} does not exist`,
    };
  }
  if (named.length > 0) return { code, note: `: the registry does not accept ${named.join(", ")} for it` };
  const registry = registryOf(image);
  const others = model.owners.filter(
    ({ spec }) =>
      (spec?.imagePullSecrets.length ?? 0) > 0 &&
      spec?.containers.some((one) => registryOf(one.image ?? "") === registry),
  );
  if (others.length > 0)
    return {
      code: "k8s-pull-secret-missing",
      note: `: it names no pull secret, while ${refText(others[0]?.ref ?? { kind: "", name: "" })} does for that registry`,
    };
  if (/repository does not exist/i.test(text))
    return { code: "k8s-image-not-found", note: ": the registry knows no such repository, or hides it" };
  return { code, note: ": it names no pull secret" };
}

function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : "docker.io";
}
