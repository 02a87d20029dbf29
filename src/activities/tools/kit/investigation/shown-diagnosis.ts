/** A diagnosis as the tool returns it: causes with what they stand on, what is ruled out, and what a person does next. */
import type { Evidence } from "../../../../core/investigation/evidence.js";
import type { Diagnosis, Suspect } from "../../../../core/investigation/suspect.js";
import { redact } from "../../../../core/redact.js";
import { finding, shortened } from "../finding.js";
import { isoText } from "../instant.js";
import {
  CARRIED_MAX,
  type CarriedEvidence,
  type DiagnosisOutput,
  type DiagnosisParams,
  type ShownCause,
  SUSPECTS_MAX,
} from "./diagnosis-schema.js";
import { evidenceOutput } from "./evidence-schema.js";
import { titleOf } from "./words.js";

const FACTS_MAX = 6;
const TEXT_MAX_CHARS = 300;
const RULED_OUT_MAX = 15;
const ADVICE_MAX = 3;

export function causesOf(told: Diagnosis, params: DiagnosisParams): ShownCause[] {
  return told.trouble ? told.suspects.slice(0, SUSPECTS_MAX).map((one) => shownSuspect(one, params)) : [];
}

function shownSuspect({ service, score, evidence, explains }: Suspect, { services }: DiagnosisParams): ShownCause {
  const [top] = evidence;
  const title = titleOf(service, services);
  return {
    service,
    what: title,
    sign: top?.sign ?? "changed",
    cause: shortened(redact(`${title}: ${top?.text ?? "ill"}`), TEXT_MAX_CHARS),
    score,
    located: evidence.some(({ own, current }) => own && current),
    explains,
    evidence: distinct(evidence).slice(0, FACTS_MAX).map(cited),
  };
}

/** One of each kind first, then the rest. */
function distinct(evidence: readonly Evidence[]): Evidence[] {
  const firsts = evidence.filter((one, index) => evidence.findIndex(({ kind }) => kind === one.kind) === index);
  return [...firsts, ...evidence.filter((one) => !firsts.includes(one))];
}

const cited = ({ kind, text, onset, node, query }: Evidence): ShownCause["evidence"][number] => ({
  kind,
  text: shortened(redact(text), TEXT_MAX_CHARS),
  at: onset === undefined ? null : isoText(onset.toMs),
  node,
  query: shortened(redact(query), TEXT_MAX_CHARS),
});

/** What people complain about: of the target where it shows anything, else of what only suffers, else of the cause. */
export function symptomOf(told: Diagnosis, target: string | undefined): DiagnosisOutput["trouble"] {
  const [best] = told.suspects;
  if (!told.trouble || best === undefined) return null;
  const asked = told.isElsewhere === true ? best.service : target;
  const suffering = told.suspects.find(({ service }) => service === asked) ?? told.suspects.find(isSuffering(best));
  const [sign] = (suffering ?? best).evidence.filter(({ current }) => current);
  const shown = sign ?? best.evidence[0];
  if (shown === undefined) return null;
  const { text, node, query } = cited(shown);
  const began = best.onset === undefined ? null : isoText(best.onset.toMs);
  return { service: shown.service, text, began, node, query };
}

const isSuffering =
  (best: Suspect) =>
  ({ service }: Suspect): boolean =>
    best.explains.includes(service);

/** What looked like a cause, and what explains it. */
export function ruledOut(told: Diagnosis): DiagnosisOutput["set_aside"] {
  const [best, ...others] = told.suspects;
  if (!told.trouble || best === undefined) return [];
  return others
    .filter(isSuffering(best))
    .flatMap(({ service, evidence: [top] }) => {
      if (top === undefined || top.own) return [];
      const { text, node, query } = cited(top);
      return [{ what: `${service}: ${text}`, why: `${best.service}, which it needs, explains it`, node, query }];
    })
    .slice(0, RULED_OUT_MAX);
}

export function adviceOf({ trouble, suspects: [best] }: Diagnosis): string[] {
  if (!trouble) return [];
  return [...new Set((best?.evidence ?? []).flatMap((one) => one.next ?? []))].slice(0, ADVICE_MAX);
}

/** The weightiest signs, those of the likeliest causes first. */
export function carriedSigns(told: Diagnosis): CarriedEvidence[] {
  const signs = told.suspects.flatMap(({ evidence }) => evidence.slice(0, 6)).slice(0, CARRIED_MAX);
  return signs.flatMap(({ node, ...one }) => evidenceOutput([one]).map((sign) => ({ ...sign, node })));
}

export function findingsOf(
  output: Pick<DiagnosisOutput, "trouble" | "headline" | "certainty" | "rule" | "causes">,
  suspects: readonly Suspect[],
): DiagnosisOutput["findings"] {
  const cite = (one: ShownCause["evidence"][number]) => `[${one.node}] ${one.text} (${shortened(one.query, 120)})`;
  const [best, ...others] = output.causes;
  if (output.trouble === null || best === undefined) {
    const noticed = suspects
      .slice(0, 3)
      .flatMap(({ service, evidence: [top] }) => (top === undefined ? [] : [`noticed: ${service}: ${top.text}`]));
    return [finding(output.headline, [output.rule, ...noticed])];
  }
  return [
    finding(`Cause (${output.certainty}): ${output.headline}`, best.evidence.map(cite)),
    ...others
      .slice(0, 2)
      .map((other) => finding(`Less likely: ${other.cause} (${other.score})`, other.evidence.slice(0, 2).map(cite))),
  ];
}
