/** Channels and trackers of config.yaml: where messages go and where tickets are kept. Secrets only as references. */
import { z } from "zod";
import { EMAIL_RECIPIENTS_MAX, LABEL_MAX_CHARS, LABELS_MAX } from "../../vocabulary/ticket-limits.js";
import { headersSchema, secretReferenceSchema, urlSchema } from "./keys.js";

const description = z.string().max(400).optional();

/** This machine, by name or address: the only place where a secret may go without encryption. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  return bare === "localhost" || bare === "::1" || /^127(?:\.\d{1,3}){3}$/.test(bare);
}

/** A credential goes out in the body of a request, so the address itself must be safe for it. */
const safeUrlSchema = urlSchema.refine(
  (url) => url.startsWith("https:") || isLoopbackHost(new URL(url).hostname),
  "https, or this machine's loopback: a secret goes there",
);

const webhookChannel = z.strictObject({
  kind: z.literal("webhook"),
  url: urlSchema,
  headers: headersSchema.optional(),
  /** Signs each message as Standard Webhooks say: `whsec_` and base64, or any text. */
  signing_key: secretReferenceSchema.optional(),
  description,
});
/** Posts with the app of the section `slack`. */
const slackChannel = z.strictObject({
  kind: z.literal("slack"),
  /** `#name`, or the id, which a private channel goes by and which repeats are looked for by. */
  channel: z.string().regex(/^(?:#[\w.-]{1,80}|[CGD][A-Z0-9]{6,20})$/, "#name or a channel's id such as C024BE91L"),
  description,
});
/** An integration of Events API v2. */
const pagerdutyChannel = z.strictObject({
  kind: z.literal("pagerduty"),
  /** The integration key. */
  routing_key: secretReferenceSchema,
  url: safeUrlSchema.default("https://events.pagerduty.com"),
  severity: z.enum(["critical", "error", "warning", "info"]).default("error"),
  description,
});

/** One address, of the plain kind: no display name, no comment, no quoting, so that nothing in it can be read otherwise. */
export const emailAddressSchema = z
  .string()
  .max(254)
  .regex(
    /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/,
    "a plain address such as oncall@example.com",
  );
const domainSchema = z
  .string()
  .max(253)
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    "a domain in small letters",
  );
const emailChannel = z
  .strictObject({
    kind: z.literal("email"),
    host: z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?$/, "a host name or address"),
    port: z.int().min(1).max(65_535).default(587),
    /** `starttls`: must be offered, else nothing is sent. `none`: loopback alone. */
    security: z.enum(["starttls", "tls", "none"]).default("starttls"),
    username: secretReferenceSchema.or(z.string().min(1).max(254)).optional(),
    password: secretReferenceSchema.optional(),
    from: emailAddressSchema,
    to: z.array(emailAddressSchema).min(1).max(EMAIL_RECIPIENTS_MAX),
    /** Domains that a graph may write to beside `to`; without it, to nobody else. */
    allowed_domains: z.array(domainSchema).min(1).max(100).optional(),
    description,
  })
  .refine((channel) => channel.security !== "none" || isLoopbackHost(channel.host), {
    path: ["security"],
    message: "starttls or tls: without encryption only this machine's loopback is reached",
  })
  .refine((channel) => (channel.username === undefined) === (channel.password === undefined), {
    path: ["password"],
    message: "given where username is, and only there",
  });

export const channelSchema = z.discriminatedUnion(
  "kind",
  [webhookChannel, slackChannel, pagerdutyChannel, emailChannel],
  {
    error: "one of webhook, slack, pagerduty, email",
  },
);
export type Channel = z.infer<typeof channelSchema>;
export type ChannelOf<K extends Channel["kind"]> = Extract<Channel, { kind: K }>;

/** Blanks would end a label in Jira; a comma would end it in a list of GitHub's. */
export const labelSchema = z
  .string()
  .min(1)
  .max(LABEL_MAX_CHARS)
  .regex(/^[\p{L}\p{N}_.:/-]+$/u, "letters, digits, _ . : / or -");
const labels = z.array(labelSchema).max(LABELS_MAX).default([]);

const jiraTracker = z.strictObject({
  kind: z.literal("jira"),
  /** Cloud speaks version 3 of the interface, Data Center (and Server) version 2. */
  edition: z.enum(["cloud", "data_center"]),
  url: urlSchema,
  /** Cloud: `Authorization: "Basic env:JIRA_LOGIN"` with `address:token`; Data Center: `"Bearer env:JIRA_TOKEN"`. */
  headers: headersSchema,
  project: z.string().regex(/^[A-Z][A-Z0-9_]{1,29}$/, "a project's key such as OPS"),
  issue_type: z.string().min(1).max(100).default("Task"),
  labels,
  description,
});
const githubTracker = z.strictObject({
  kind: z.literal("github"),
  url: urlSchema.default("https://api.github.com"),
  token: secretReferenceSchema,
  repository: z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/, "owner/name"),
  labels,
  description,
});
const pagerdutyTracker = z.strictObject({
  kind: z.literal("pagerduty"),
  url: urlSchema.default("https://api.pagerduty.com"),
  /** An API key; goes out as `Token token=…`. */
  token: secretReferenceSchema,
  /** The id of the service, such as PIJ90N7. */
  service: z.string().regex(/^[A-Z0-9]{4,30}$/, "a service's id such as PIJ90N7"),
  /** The address of the PagerDuty user in whose name incidents are opened. */
  from: emailAddressSchema,
  description,
});
export const trackerSchema = z.discriminatedUnion("kind", [jiraTracker, githubTracker, pagerdutyTracker], {
  error: "one of jira, github, pagerduty",
});
export type Tracker = z.infer<typeof trackerSchema>;
export type TrackerOf<K extends Tracker["kind"]> = Extract<Tracker, { kind: K }>;
