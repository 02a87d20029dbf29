/** What the tools that look at a stack take and give: services as the map names them, and signs. */
import { z } from "zod";
import { EVIDENCE_KINDS, type Evidence } from "../../../../core/investigation/evidence.js";
import { redact } from "../../../../core/redact.js";
import { SIGNAL_NAMES } from "../../../../schema/map.js";
import { shortened } from "../finding.js";
import { isoMs, isoText } from "../instant.js";

/** Signs of one look: more would crowd out what other looks found. */
export const EVIDENCE_LIST_MAX = 60;
const TEXT_MAX_CHARS = 300;
const QUERY_MAX_CHARS = 300;
export const SERVICES_MAX = 60;

const nameSchema = z.string().min(1).max(200);
export const serviceParamSchema = z.strictObject({
  name: nameSchema,
  kinds: z.array(z.string().max(41)).max(10).default([]),
  labels: z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, "a label's name"), z.string().max(300)).default({}),
  instances: z.array(z.string().max(300)).max(200).default([]),
  also: z.array(z.string().max(200)).max(30).default([]),
  calls: z.array(nameSchema).max(200).default([]),
  runs_on: z.array(nameSchema).max(50).default([]),
  signals: z.partialRecord(z.enum(SIGNAL_NAMES), z.string().max(2_000)).default({}),
});
export type ServiceParam = z.output<typeof serviceParamSchema>;
export const servicesSchema = z.array(serviceParamSchema).min(1).max(SERVICES_MAX);

export const evidenceSchema = z.strictObject({
  service: z.string(),
  code: z.string(),
  sign: z.string(),
  kind: z.enum(EVIDENCE_KINDS),
  own: z.boolean(),
  sure: z.number(),
  text: z.string(),
  current: z.boolean(),
  /** Not before, and by then; `from` is null where it was so when the window began. */
  onset: z.strictObject({ from: z.string().nullable(), to: z.string() }).nullable(),
  instance: z.string().optional(),
  /** The service whose log told it, where that is another. */
  teller: z.string().optional(),
  next: z.string().optional(),
  query: z.string(),
});
export type EvidenceOutput = z.infer<typeof evidenceSchema>;
export const evidenceListSchema = z.array(evidenceSchema).max(EVIDENCE_LIST_MAX);

type Found = Omit<Evidence, "node">;

/** The surest first, within the caps. */
export function evidenceOutput(found: readonly Found[]): EvidenceOutput[] {
  return [...found]
    .sort((a, b) => b.sure - a.sure)
    .slice(0, EVIDENCE_LIST_MAX)
    .map(({ onset, text, query, next, instance, asked: _, ...rest }) => ({
      ...rest,
      text: shortened(redact(text), TEXT_MAX_CHARS),
      query: shortened(redact(query), QUERY_MAX_CHARS),
      next,
      instance: instance === undefined ? undefined : shortened(instance, TEXT_MAX_CHARS),
      onset:
        onset === undefined
          ? null
          : { from: onset.fromMs === undefined ? null : isoText(onset.fromMs), to: isoText(onset.toMs) },
    }));
}

/** As the search for a cause takes them. */
export function evidenceOf(node: string, list: readonly EvidenceOutput[]): Evidence[] {
  return list.map(({ onset, ...rest }) => {
    const toMs = onset === null ? undefined : isoMs(onset.to);
    const fromMs = onset?.from == null ? undefined : isoMs(onset.from);
    return {
      ...rest,
      node,
      ...(toMs === undefined ? {} : { onset: { toMs, fromMs } }),
    };
  });
}
