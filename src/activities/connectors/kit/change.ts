/** A change of a running system as `change_history` tells it, and what each kind of source answers when asked for them. */
import { z } from "zod";
import { redact } from "../../../core/redact.js";
import { shortened } from "../../tools/kit/finding.js";
import { isoText } from "../../tools/kit/instant.js";
import type { LostPart } from "../../tools/logs/reading.js";

export const CHANGE_KINDS = [
  /** From a record of deployments. */
  "deployment",
  "commit",
  /** A new revision of a Deployment, StatefulSet or DaemonSet. */
  "rollout",
  /** Another number of replicas. */
  "scale",
  "config",
  /** What Kubernetes itself did: scaling, eviction, preemption. */
  "event",
  "argocd_sync",
  "helm_release",
] as const;

const WHAT_MAX_CHARS = 300;
const TEXT_MAX_CHARS = 200;
const LINK_MAX_CHARS = 1_000;

export const changeSchema = z.strictObject({
  time: z.string(),
  kind: z.enum(CHANGE_KINDS),
  what: z.string(),
  /** A version, images, or a commit. */
  version: z.string().optional(),
  previous: z.string().optional(),
  by: z.string().optional(),
  where: z.string(),
  /** The source's own page for it. */
  link: z.string().optional(),
  /** The name of the declared source that told it. */
  source: z.string(),
});
export type Change = z.infer<typeof changeSchema>;

/** A change as a source tells it: not yet redacted or shortened. */
export interface ReportedChange {
  timeMs: number;
  kind: Change["kind"];
  what: string;
  version?: string;
  previous?: string;
  by?: string;
  where: string;
  link?: string;
}

export interface ChangeQuestion {
  sinceMs: number;
  untilMs: number;
  /** Only what belongs to it, where the source tells services apart. */
  service?: string;
  /** Changes that are wanted; more need not be read. */
  limit: number;
}

export interface ChangeReading {
  changes: ReportedChange[];
  /** What was asked, as the source understands it. */
  query: string;
  /** Not every change in range was read. */
  cut: boolean;
  unreadable: LostPart[];
}

/** The change in the form of the output: redacted, within its caps. */
export function changeOf(told: ReportedChange, source: string): Change {
  const text = (value: string, max = TEXT_MAX_CHARS): string =>
    shortened(redact(value.replace(/[\0-\x1f\x7f]+/g, " ").trim()), max);
  const optional = (name: "version" | "previous" | "by"): Partial<Change> => {
    const value = told[name];
    return value === undefined || value === "" ? {} : { [name]: text(value) };
  };
  return {
    time: isoText(told.timeMs),
    kind: told.kind,
    what: text(told.what, WHAT_MAX_CHARS),
    ...optional("version"),
    ...optional("previous"),
    ...optional("by"),
    where: text(told.where),
    ...linkOf(told.link),
    source,
  };
}

/** A link that holds a secret, or had to be cut, leads nowhere and is left out. */
function linkOf(link: string | undefined): { link?: string } {
  if (link === undefined || link.length > LINK_MAX_CHARS || !/^https?:\/\//.test(link)) return {};
  return URL.canParse(link) && new URL(link).password === "" && redact(link) === link ? { link } : {};
}

/** `checkout`, `checkout-api` and `checkout_db` belong to `checkout`; `checkout2` does not. */
export function belongsTo(name: string, service: string): boolean {
  const [whole, own] = [name.toLowerCase(), service.toLowerCase()];
  return whole === own || (whole.startsWith(own) && /^[-_.]/.test(whole.slice(own.length)));
}
