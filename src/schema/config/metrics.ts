/** Sources of metrics in config.yaml: Prometheus and what speaks its interface, `/metrics` pages, Datadog. */
import { z } from "zod";
import { commonKeys, headersSchema, secretReferenceSchema, urlSchema } from "./keys.js";
import { uiUrlSchema } from "./sources.js";

/** Prometheus, VictoriaMetrics, Mimir, Thanos: whatever answers below `/api/v1`. */
const prometheusSource = z.strictObject({
  kind: z.literal("prometheus"),
  url: urlSchema,
  /** The Alertmanager that it sends its alerts to: it knows which are silenced. */
  alertmanager: urlSchema.optional(),
  headers: headersSchema.optional(),
  ui_url: uiUrlSchema.optional(),
  ...commonKeys,
});
/** A `/metrics` page that is sampled twice to get rates. */
const expositionSource = z.strictObject({
  kind: z.literal("exposition"),
  url: urlSchema,
  headers: headersSchema.optional(),
  ...commonKeys,
});
const datadogSource = z.strictObject({
  kind: z.literal("datadog"),
  /** The region: its API stands at `api.SITE`. */
  site: z
    .string()
    .regex(
      /^(?:[a-z0-9-]{1,20}\.)?(?:datadoghq\.com|datadoghq\.eu|ddog-gov\.com)$/,
      "a Datadog site such as datadoghq.eu",
    )
    .default("datadoghq.com"),
  /** Where its API is instead: a proxy of one's own. */
  url: urlSchema.optional(),
  api_key: secretReferenceSchema,
  app_key: secretReferenceSchema,
  ui_url: uiUrlSchema.optional(),
  ...commonKeys,
});

export const metricSources = [prometheusSource, expositionSource, datadogSource] as const;

/** Where the API of a Datadog source begins. */
export const datadogUrl = ({ site, url }: { site: string; url?: string }): string => url ?? `https://api.${site}`;
