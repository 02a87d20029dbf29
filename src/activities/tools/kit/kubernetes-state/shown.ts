/** What is told of the facts: causes first, the rest within what history carries; all of it is in the blob. */
import { verdictOn } from "../../../../core/cluster/analyse.js";
import { type ObjectRef, refText } from "../../../../core/cluster/cause.js";
import { type ClusterChange, changeBeside, changesOf, revisionBefore } from "../../../../core/cluster/changes.js";
import { CAUSES } from "../../../../core/cluster/codes.js";
import { overviewOf } from "../../../../core/cluster/overview.js";
import type { RankedCause } from "../../../../core/cluster/rank.js";
import { redact } from "../../../../core/redact.js";
import type { ClusterFacts } from "../../../../schema/kubernetes/facts.js";
import type { ToolContext } from "../../../define-tool.js";
import { finding, shortened, type ToolFinding } from "../finding.js";
import { isoText } from "../instant.js";
import { AFFECTED_SHOWN, CAUSES_SHOWN, CHANGES_SHOWN, ROWS_SHOWN, type StateOutput } from "./schema.js";

const TEXT_MAX_CHARS = 400;
const short = (text: string): string => shortened(redact(text), TEXT_MAX_CHARS);

export async function outputOf(
  facts: ClusterFacts,
  { about, near }: { about: ObjectRef | undefined; near: readonly string[] },
  context: ToolContext,
): Promise<StateOutput> {
  const { causes, symptoms, notices } = verdictOn(facts, about, near);
  const overview = overviewOf(facts);
  const changes = changesOf(facts);
  const all = (list: readonly RankedCause[], evidence: number) =>
    list.map((one) => shownCause(one, evidence, changeBeside(one, changes)));
  const shown = (list: readonly RankedCause[], evidence: number) => all(list.slice(0, CAUSES_SHOWN), evidence);
  const isIll = ({ desired, ready, restarts }: (typeof overview.workloads)[number]): number =>
    Number(desired !== null && ready < desired) * 2 + Number(restarts > 0);
  const whole = {
    causes: all(causes, 6),
    symptoms: all(symptoms, 6),
    notices: all(notices, 6),
    changes: changes.map(shownChange),
    ...overview,
    unreadable: facts.unread,
  };
  const output = {
    cluster: facts.cluster,
    namespace: facts.namespace ?? null,
    workload: about === undefined ? null : refText(about),
    at: isoText(facts.atMs),
    healthy: causes.length === 0,
    causes: shown(causes, 4),
    symptoms: shown(symptoms, 2),
    notices: shown(notices, 1),
    named: [...causes, ...symptoms]
      .slice(0, 4 * CAUSES_SHOWN)
      .map(({ code, object }) => `${code} of ${refText(object)}`),
    rollback_to: about === undefined ? null : (revisionBefore(facts, about)?.toString() ?? null),
    changes: changes.slice(0, CHANGES_SHOWN).map(shownChange),
    workloads: [...overview.workloads]
      .sort((a, b) => isIll(b) - isIll(a))
      .slice(0, ROWS_SHOWN)
      .map((row) => ({ ...row, images: row.images.slice(0, 3).map(short) })),
    services: overview.services.slice(0, ROWS_SHOWN).map((row) => ({ ...row, ports: row.ports.slice(0, 8) })),
    nodes: [...overview.nodes]
      .sort((a, b) => Number(a.ready && a.schedulable) - Number(b.ready && b.schedulable))
      .slice(0, ROWS_SHOWN)
      .map((row) => ({ ...row, conditions: row.conditions.slice(0, 5) })),
    warnings: overview.warnings.slice(0, ROWS_SHOWN / 2).map((row) => ({ ...row, message: short(row.message) })),
    counts: Object.fromEntries(
      Object.entries(facts.objects)
        .filter(([, items]) => items.length > 0)
        .map(([kind, items]) => [kind, items.length]),
    ),
    truncated: facts.unread.some(({ code }) => code === "truncated"),
    unreadable: facts.unread
      .slice(0, ROWS_SHOWN)
      .map(({ kind, namespace = null, code, message }) => ({ kind, namespace, code, message: short(message) })),
    query: `objects of ${facts.cluster}/${facts.namespace ?? "all namespaces"}${about === undefined ? "" : `, about ${refText(about)}`}`,
    blob: await context.blobs.put(`${redact(JSON.stringify(whole))}\n`),
  };
  return { ...output, findings: findingsOf(output) };
}

const shownChange = ({ atMs, object, what, by }: ClusterChange): StateOutput["changes"][number] => ({
  at: isoText(atMs),
  target: refText(object),
  what: short(what),
  by,
});

function shownCause(
  { code, object, what, score, affects, evidence, explainedBy }: RankedCause,
  evidenceMax: number,
  change: ClusterChange | undefined,
): StateOutput["causes"][number] {
  const { family, means, confirm, next } = CAUSES[code];
  return {
    code,
    family,
    object: { kind: object.kind, namespace: object.namespace ?? null, name: object.name },
    what: short(what),
    means,
    score,
    affects: affects.slice(0, AFFECTED_SHOWN).map(refText),
    affected: affects.length,
    evidence: evidence.slice(0, evidenceMax).map((one) => ({ ...one, text: short(one.text) })),
    confirm,
    next,
    changed: change === undefined ? null : changeText(shownChange(change)),
    explained_by: explainedBy === undefined ? null : `${explainedBy.code} of ${refText(explainedBy)}`,
  };
}

const changeText = ({ at, target, what, by }: StateOutput["changes"][number]): string =>
  `${target} at ${at}: ${what}${by === null ? "" : ` (by ${by})`}`;

function findingsOf({
  causes,
  symptoms,
  notices,
  namespace,
  cluster,
  workload,
  unreadable,
  counts,
}: Omit<StateOutput, "findings">): ToolFinding[] {
  const place = workload ?? (namespace === null ? `the cluster ${cluster}` : `the namespace ${namespace}`);
  const cite = (one: StateOutput["causes"][number]): string[] => [
    ...one.evidence.map(({ object, from, text }) => `${object}, ${from}: ${text}`),
    ...(one.changed == null ? [] : [`Changed last: ${one.changed}`]),
    `Next: ${one.next}`,
  ];
  const findings = causes
    .slice(0, 6)
    .map((one, index) => finding(`${index === 0 ? "Cause" : "Also"} (${one.code}): ${one.what}`, cite(one)));
  if (causes.length === 0)
    findings.push(
      finding(`Nothing is wrong with the objects of ${place}`, [
        `${counts.Pod ?? 0} pods, ${counts.Service ?? 0} services and ${counts.Node ?? 0} nodes were looked at`,
      ]),
    );
  for (const one of symptoms.slice(0, 4))
    findings.push(finding(`Symptom (${one.code}): ${one.what}`, [`explained by ${one.explained_by}`]));
  for (const one of notices.slice(0, 3)) findings.push(finding(`Notice (${one.code}): ${one.what}`, cite(one)));
  for (const { kind, namespace: of, message } of unreadable.slice(0, 4))
    findings.push(finding(`${kind}${of === null ? "" : ` of ${of}`} could not be read`, [message]));
  return findings;
}
