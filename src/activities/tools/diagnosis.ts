/** Tool `diagnosis`: from all that a run looked at, which service is ill itself, below those that only suffer; in plain words. */
import { z } from "zod";
import { diagnose } from "../../core/investigation/diagnose.js";
import type { Component, Evidence } from "../../core/investigation/evidence.js";
import { thinIn } from "../../core/investigation/thin-map.js";
import { redact } from "../../core/redact.js";
import { defineTool, type ToolContext } from "../define-tool.js";
import { changeEvidence } from "./kit/investigation/changes.js";
import {
  type DiagnosisOutput,
  type DiagnosisParams,
  diagnosisSchema,
  paramsSchema,
} from "./kit/investigation/diagnosis-schema.js";
import { evidenceListSchema, evidenceOf } from "./kit/investigation/evidence-schema.js";
import { examined, notExamined, sawData } from "./kit/investigation/examined.js";
import { healthOf } from "./kit/investigation/health-rules.js";
import { otherEvidence, readOthers } from "./kit/investigation/other-looks.js";
import {
  adviceOf,
  carriedSigns,
  causesOf,
  findingsOf,
  ruledOut,
  symptomOf,
} from "./kit/investigation/shown-diagnosis.js";
import { asAsked, calledBy, tokensOf } from "./kit/investigation/themes.js";
import { wellIn } from "./kit/investigation/well-spans.js";
import { headlineOf } from "./kit/investigation/words.js";

const READS = ["alerts_active", "health_check", "series_scan", "log_scan"];
const CHANGES = ["change_history", "deployment_history"];

export const diagnosis = defineTool({
  name: "diagnosis",
  description:
    "Tells from alerts, health, series, logs, changes, traces and the state of a cluster which service is ill itself below those that only suffer, how sure that is, and what to do next.",
  nodeTypes: ["rca_call", "analysis"],
  effect: "none",
  seesRun: true,
  params: paramsSchema,
  output: diagnosisSchema,
  run: decide,
});

async function decide(params: DiagnosisParams, context: ToolContext): Promise<DiagnosisOutput> {
  const outputs = context.soFar?.outputs ?? [];
  const looks = outputs.filter(({ tool }) => READS.includes(tool));
  const seen = looks.flatMap(({ node, output }) => {
    const parsed = z.object({ evidence: evidenceListSchema }).safeParse(output);
    return parsed.success ? evidenceOf(node, parsed.data.evidence) : [];
  });
  const earlier = (params.earlier ?? []).flatMap(({ node, ...sign }) => evidenceOf(node, [sign]));
  const others = outputs.filter(({ tool }) => !READS.includes(tool) && !CHANGES.includes(tool));
  const material = await readOthers(others, context);
  const signs = distinctSigns([...seen, ...otherEvidence(material, params.services), ...earlier]);
  const changes = outputs.flatMap(({ node, tool, output }) =>
    changeEvidence(node, tool, output, params.services, signs),
  );
  const well = looks.flatMap(({ output }) => wellIn(output));
  const components = params.services.map(componentOf);
  const hosts = new Set(components.filter(({ role }) => role === "host").map(({ name }) => name));
  const asked = asAsked([...signs, ...changes], { about: params.about ?? [], words: params.words }, hosts);
  const meant = meantBy(params, looks);
  const told = diagnose(asked, components, params.target ?? undefined, well, meant);
  const looked = [...looks.map(examined), ...material.looked];
  const isBlind = !told.trouble && material.looked.length === 0 && !sawData(looks);
  const calls = params.services.reduce((sum, { calls: own }) => sum + own.length, 0);
  const output = {
    certainty: told.certainty,
    rule: told.rule,
    trouble: symptomOf(told, params.target ?? undefined),
    headline: redact(headlineOf(told, params, { looked, isBlind }, context.now())),
    causes: causesOf(told, params),
    suffers: told.trouble ? told.suffers.slice(0, 60) : [],
    set_aside: ruledOut(told),
    next: [],
    advice: isBlind ? [SEE_WHY] : adviceOf(told),
    signs: carriedSigns(told),
    looked_at: looked.slice(0, 100),
    not_looked_at: [...notExamined(context), ...unread(params, context.nodeId), ...material.notLooked].slice(0, 100),
    graph: { calls, from: ["the map"] },
    meant: meant.length === 0 ? undefined : meant,
    blind: isBlind ? true : undefined,
  };
  return { ...output, findings: findingsOf(output, told.suspects) };
}

const namedSchema = z.object({ named: z.array(z.object({ service: z.string(), words: z.array(z.string()) })) });

/** Services that the words of the goal mean: by their own names, and by those of their series. */
function meantBy(
  { services, words = [], meant = [] }: DiagnosisParams,
  looks: readonly { output: unknown }[],
): string[] {
  const own = new Map(services.map(({ name }) => [name, tokensOf(name)] as const));
  for (const { output } of looks) {
    const parsed = namedSchema.safeParse(output);
    for (const { service, words: found } of parsed.success ? parsed.data.named : [])
      for (const word of found) own.get(service)?.add(word);
  }
  const hosts = new Set(
    services.filter(({ kinds }) => healthOf(kinds[0] ?? "")?.role === "host").map(({ name }) => name),
  );
  return [...new Set([...meant, ...calledBy(words, own)])].filter((name) => !hosts.has(name));
}

const SEE_WHY = "ask `autoops doctor` which sources give no data, and why";

function unread({ services }: DiagnosisParams, node: string): DiagnosisOutput["not_looked_at"] {
  const thin = thinIn({ services: Object.fromEntries(services.map((one) => [one.name, one])) });
  return thin === undefined ? [] : [{ node, why: thin }];
}

function componentOf({ name, kinds, calls, runs_on: runsOn }: DiagnosisParams["services"][number]): Component {
  return { name, kinds, role: healthOf(kinds[0] ?? "")?.role ?? "app", calls, runsOn };
}

/** What a later round sees again is the same sign: the newest telling counts, with the onset that is known best. */
function distinctSigns(signs: readonly Evidence[]): Evidence[] {
  const found = new Map<string, Evidence>();
  for (const one of signs) {
    const key = JSON.stringify([one.service, one.code, one.kind, one.instance ?? "", one.text.replace(/\d+/g, "#")]);
    const kept = found.get(key);
    if (kept === undefined) found.set(key, one);
    else if (kept.onset?.fromMs === undefined && one.onset?.fromMs !== undefined) {
      found.set(key, { ...kept, onset: one.onset });
    }
  }
  return [...found.values()];
}
