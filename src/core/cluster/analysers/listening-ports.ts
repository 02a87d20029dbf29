/** Programs that listen elsewhere than their own container declares and their service leads to. */
import { type Cause, evidenceOf, refText } from "../cause.js";
import { type Model, type Owner, refOf } from "../model.js";
import { type Analyser, causeOf, isReady, isWanted } from "./draft.js";
import { observedCalls } from "./observed-calls.js";

/** Of itself: a port of another host is called, and not listened on. */
const LISTENS =
  /\b(?:listen(?:s|ing)?|started|serving|running|bound|ready)\b[^\n]{0,60}?(?:\bport(?:\(s\))?[ :=#]*|(?:0\.0\.0\.0|\[::\]|127\.0\.0\.1|localhost|[\s*"'])\s*:)(\d{2,5})\b/i;
const CLOCK = /\b\d{1,2}:\d\d:\d\d\b/g;
const PORT_MIN = 80;
const OWN_PORT = /^(?:SERVER_|HTTP_|GRPC_|APP_|LISTEN_|SERVICE_)?PORT$/;

export const listeningPortCauses: Analyser = (model) =>
  model.facts.objects.Service.flatMap((service): Cause[] => {
    const owners = model.ownersBehind(service).filter(({ pods }) => pods.some(isWanted));
    const [owner] = owners;
    if (owner === undefined || owners.length > 1) return [];
    const declared = (owner.spec?.containers ?? []).flatMap(({ ports }) => ports.map((one) => one.containerPort));
    const targets = (service.spec?.ports ?? []).map(({ targetPort, port }) => Number(targetPort ?? port));
    const heard = toldPort(model, owner);
    if (declared.length === 0 || heard === undefined || [...declared, ...targets].includes(heard.port)) return [];
    const set = (owner.spec?.containers ?? [])
      .flatMap(({ env }) => env)
      .find(({ name, value }) => OWN_PORT.test(name) && Number(value) === heard.port);
    const complaint = observedCalls(model).find((one) => one.isFailing && one.service === service);
    // Where nothing listens, connections are refused; whoever waits for an answer has reached it.
    const isRefused = /refused/i.test(complaint?.evidence.text ?? "");
    const suffers = isRefused || owner.pods.some((pod) => isWanted(pod) && !isReady(pod));
    const ref = refOf("Service", service);
    const by = set === undefined ? "" : `, as its variable ${set.name} says`;
    const what = `${refText(owner.ref)} listens on port ${heard.port}${by}; ${refText(ref)} leads to ${targets.join(", ")}`;
    return [
      causeOf("k8s-program-port-unexpected", owner.ref, what, {
        evidence: [
          evidenceOf(owner.ref, "log", heard.line),
          evidenceOf(owner.ref, "containers' ports", declared.join(", ")),
          ...(set === undefined ? [] : [evidenceOf(owner.ref, set.name, set.value ?? "")]),
          ...(complaint === undefined ? [] : [complaint.evidence]),
        ],
        affects: [owner.ref, ref],
        weight: suffers ? 0.93 : set === undefined ? 0.4 : 0.75,
      }),
    ];
  });

/** The one port that its log tells of; a program that tells of several serves more than this. */
function toldPort({ facts }: Model, { pods, spec }: Owner): { port: number; line: string } | undefined {
  const names = new Set(pods.filter(isWanted).map(({ metadata }) => metadata.name));
  const main = spec?.containers[0]?.name;
  const lines = facts.logs
    .filter(({ pod, container, previous }) => names.has(pod) && !previous && container === main)
    .flatMap((log) =>
      log.lines.flatMap((line) => ({ line, port: Number(LISTENS.exec(line.replace(CLOCK, ""))?.[1] ?? 0) })),
    )
    .filter(({ port }) => port >= PORT_MIN);
  return new Set(lines.map(({ port }) => port)).size === 1 ? lines[0] : undefined;
}
