/** What Alertmanager has of the alerts: who fires, and whom somebody silenced or another alert covers. */
import { z } from "zod";
import { type ToolContext, toolFailure } from "../../define-tool.js";
import { jsonOf, statusFailure } from "../../tools/kit/http-answers.js";
import type { PrometheusSource } from "./api.js";

const labelsSchema = z.record(z.string(), z.string());
const alertsSchema = z.array(
  z.object({
    labels: labelsSchema,
    annotations: labelsSchema.default({}),
    startsAt: z.string().optional(),
    status: z.object({
      state: z.string(),
      silencedBy: z.array(z.string()).default([]),
      inhibitedBy: z.array(z.string()).default([]),
    }),
  }),
);

export type ManagedAlert = z.infer<typeof alertsSchema>[number];
type WithManager = PrometheusSource & { alertmanager?: string | undefined };

/** Undefined where the source declares none. */
export async function askAlertmanager(source: WithManager, context: ToolContext): Promise<ManagedAlert[] | undefined> {
  if (source.alertmanager === undefined) return undefined;
  const url = new URL(source.alertmanager);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/api/v2/alerts`;
  const who = `the Alertmanager of ${source.name}`;
  const answer = await context.fetch(url.href, { headers: headersFor(url, source), signal: context.signal });
  if (answer.status !== 200) throw statusFailure(who, answer);
  const parsed = alertsSchema.safeParse(jsonOf(who, answer));
  if (parsed.success) return parsed.data;
  const message = `${who} must answer /api/v2/alerts as Alertmanager does`;
  throw toolFailure("source-answer-invalid", message, {
    hint: "check that the source's alertmanager is an Alertmanager",
  });
}

/** A token for Prometheus goes to no other server. */
const headersFor = (url: URL, source: WithManager): Record<string, string> => ({
  accept: "application/json",
  ...(url.origin === new URL(source.url).origin ? source.headers : {}),
});
