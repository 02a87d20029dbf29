/**
 * From what speaks for each service to causes, and how sure they are. The rules, which the docs repeat:
 *
 * - *confirmed*: the trouble went away when the cause was taken back, proved by the check after that action; or metrics or
 *   traces tell that it began in this service, the service's own log has errors that began with it, and exactly one
 *   change of this service came just before and correlates with them, and no other service is nearly as likely.
 * - *likely*: it shows when the trouble began or where, one of these holds — metrics or traces tell that it began in this service;
 *   a change correlates with the errors of its log; a change came just before, and an independent kind of evidence points at
 *   the same service — and no other service is as likely, nor shown to be where it began. Where nobody said which service is in trouble, two kinds are needed.
 * - *inconclusive*: everything else.
 *
 * A kind of evidence counts once, however many series or lines there are of it: more of the same makes nothing surer.
 */
import type { RunContext } from "../../../core/run/context.js";
import type { Certainty } from "../../../vocabulary/certainty.js";
import type { Suspect } from "./change-evidence.js";
import type { Evidence, EvidenceKind } from "./evidence.js";
import { serviceName } from "./observations.js";
import type { Symptom } from "./symptoms.js";

/** How far one kind of evidence alone can make a service the cause; they add up as independent chances do. */
const KIND_WEIGHTS: Record<EvidenceKind, number> = {
  metric: 0.7,
  trace: 0.6,
  change: 0.4,
  log: 0.4,
  probe: 0.3,
  state: 0.8,
};
/** Another service with this share of the best one's score is as likely, or nearly as likely. */
const EQUAL_SHARE = 0.8;
const RIVAL_SHARE = 0.6;

export interface RankedCause {
  service: string;
  score: number;
  evidence: Evidence[];
  kinds: Set<EvidenceKind>;
  located: boolean;
  suspects: Suspect[];
}

/** Every cause has at least one piece of evidence. Best first; the name decides between equals, so that the order of input does not. */
export function rankedCauses(
  evidence: readonly Evidence[],
  suspects: readonly Suspect[],
  trouble: Symptom,
): RankedCause[] {
  const services = [...new Set(evidence.map(({ service }) => service))];
  return services
    .map((service): RankedCause => {
      const own = evidence.filter((one) => one.service === service);
      const strongest = (kind: EvidenceKind): number =>
        Math.max(0, ...own.filter((one) => one.kind === kind).map(({ weight }) => weight));
      const kinds = Object.keys(KIND_WEIGHTS) as EvidenceKind[];
      const doubt = kinds.reduce((left, kind) => left * (1 - KIND_WEIGHTS[kind] * strongest(kind)), 1);
      return {
        service,
        score: Math.round((1 - doubt) * 1_000) / 1_000,
        evidence: own.sort(byWeight),
        kinds: new Set(own.map(({ kind }) => kind)),
        located: own.some(({ locates }) => locates),
        suspects: suspects.filter((one) => (one.service ?? trouble.service) === service),
      };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.service.localeCompare(b.service, "en"));
}

const byWeight = (a: Evidence, b: Evidence): number =>
  Number(b.locates) - Number(a.locates) ||
  b.weight * KIND_WEIGHTS[b.kind] - a.weight * KIND_WEIGHTS[a.kind] ||
  (a.text < b.text ? -1 : 1);

export interface Verdict {
  certainty: Certainty;
  /** Which rule gave it, in words. */
  rule: string;
}

export function verdictOn(
  causes: readonly RankedCause[],
  trouble: Symptom | undefined,
  run: RunContext | undefined,
): Verdict {
  const [best, next] = causes;
  if (trouble === undefined) return inconclusive("nothing shows what is in trouble");
  if (best === undefined) return inconclusive("nothing that was looked at points at a cause");
  const undone = takenBack(best, run);
  if (undone !== undefined) return { certainty: "confirmed", rule: undone };
  if (next !== undefined && next.score >= EQUAL_SHARE * best.score) {
    return inconclusive(`${next.service} is as likely as ${best.service}`);
  }
  const where = best.located;
  const correlated = best.suspects.filter(({ correlates }) => correlates);
  const rival = causes.slice(1).find((one) => one.located || one.score >= RIVAL_SHARE * best.score);
  if (where && best.kinds.has("log") && correlated.length === 1 && best.suspects.length === 1 && rival === undefined) {
    return {
      certainty: "confirmed",
      rule: `it began in ${best.service}, its own log has errors since then, and one change of it came just before and correlates with them; nothing else is nearly as likely`,
    };
  }
  if (trouble.onset === undefined && !where) return inconclusive("it does not show when the trouble began");
  if (trouble.guessed && best.kinds.size < 2) {
    return inconclusive(
      `it is not clear which service is in trouble, and one kind of evidence alone points at ${best.service}`,
    );
  }
  if (best.evidence.some(({ kind, locates }) => kind === "state" && locates)) {
    return likely(`the objects of the cluster say that ${best.service} is what is to mend`);
  }
  if (where) return likely(`metrics or traces tell that it began in ${best.service}`);
  // Whoever suffers has errors in its log, too, and a release of it may come just then.
  const elsewhere = causes.slice(1).find(({ located }) => located);
  if (elsewhere !== undefined) {
    return inconclusive(
      `it began in ${elsewhere.service} by metrics or traces, and other evidence points at ${best.service}`,
    );
  }
  if (correlated.length > 0) return likely(`the errors in the log of ${best.service} began with a change of it`);
  if (best.suspects.length > 0 && best.kinds.size > 1) {
    return likely(
      `a change of ${best.service} came just before the trouble, and other evidence points at ${best.service} as well`,
    );
  }
  return inconclusive(
    `only one kind of evidence points at ${best.service}, and it does not tell where the trouble began`,
  );
}

const inconclusive = (rule: string): Verdict => ({ certainty: "inconclusive", rule });
const likely = (rule: string): Verdict => ({ certainty: "likely", rule });

/** A rollback of the service whose own check held afterwards. */
function takenBack({ service, suspects }: RankedCause, run: RunContext | undefined): string | undefined {
  if (suspects.length === 0) return undefined;
  const outputs = new Map(
    run?.outputs.filter(({ tool }) => tool === "rollback").map(({ node, output }) => [node, output]),
  );
  const action = run?.nodes.find(({ id, status, effect, verification }) => {
    const output = outputs.get(id);
    const isOn = typeof output === "object" && output !== null && !Array.isArray(output) ? output.target : undefined;
    const acted = status === "succeeded" && effect === "write" && verification?.verdict === "verified";
    return acted && typeof isOn === "string" && serviceName(isOn) === service;
  });
  return action === undefined
    ? undefined
    : `the trouble went away after ${action.name} (node ${action.id}): the check after it holds`;
}
