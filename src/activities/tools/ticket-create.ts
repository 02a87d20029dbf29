/** Tool `ticket_create`: opens one ticket for one key in a tracker of config.yaml. */
import { z } from "zod";
import { labelSchema } from "../../schema/config/tickets.js";
import { DUPLICATES_SHOWN, LABELS_MAX, TEXT_MAX_CHARS, TITLE_MAX_CHARS } from "../../vocabulary/ticket-limits.js";
import { oneLineSchema } from "../connectors/kit/one-line.js";
import { clientOf, trackerNamed, trackerReach } from "../connectors/trackers.js";
import { defineTool, type ToolContext } from "../define-tool.js";
import { finding, findingsSchema } from "./kit/finding.js";
import { declaredNameSchema } from "./kit/names.js";

const paramsSchema = z.strictObject({
  tracker: declaredNameSchema,
  title: oneLineSchema(TITLE_MAX_CHARS),
  /** Markdown. */
  description: z.string().max(TEXT_MAX_CHARS).default(""),
  labels: z.array(labelSchema).max(LABELS_MAX).default([]),
  /** Of an incident in PagerDuty. */
  urgency: z.enum(["high", "low"]).optional(),
});

const outputSchema = z.strictObject({
  tracker: z.string(),
  kind: z.string(),
  /** By what later calls name it. */
  ticket: z.string(),
  url: z.string().nullable(),
  /** By this attempt; false where an earlier one had opened it. */
  created: z.boolean(),
  /** Other tickets of the same key: an answer was lost, and the vendor could not tell. */
  duplicates: z.array(z.strictObject({ ticket: z.string(), url: z.string().nullable() })),
  /** `key`: the vendor opens no second one for a key. `search`: it is looked for first, since the vendor has no key. */
  kept_to_one_by: z.enum(["key", "search"]),
  idempotency_key: z.string(),
  truncated: z.boolean(),
  findings: findingsSchema,
});

export const ticketCreate = defineTool({
  name: "ticket_create",
  description: "Opens a ticket in a declared tracker (Jira, GitHub issues, PagerDuty incidents), one for one key.",
  nodeTypes: ["ticket_create"],
  effect: "notify",
  params: paramsSchema,
  output: outputSchema,
  reach: trackerReach,
  run: openTicket,
});

async function openTicket(
  params: z.output<typeof paramsSchema>,
  context: ToolContext,
): Promise<z.infer<typeof outputSchema>> {
  const tracker = trackerNamed(context.config, params.tracker);
  const client = clientOf(params.tracker, tracker, context);
  const { one, made, others, remarks, truncated } = await client.create(params);
  const done = made ? "was opened" : "had been opened by an earlier attempt";
  const findings = [
    finding(`ticket ${one.ticket} ${done} in ${params.tracker}`, [one.url ?? "", ...remarks].filter(Boolean)),
  ];
  if (others.length > 0) {
    const names = others.map(({ ticket }) => ticket).join(", ");
    findings.push(finding(`there are doubles of ticket ${one.ticket}: ${names}; close them by hand`, remarks));
  }
  return {
    tracker: params.tracker,
    kind: tracker.kind,
    ...one,
    created: made,
    duplicates: others.slice(0, DUPLICATES_SHOWN),
    kept_to_one_by: client.keeping,
    idempotency_key: context.idempotencyKey,
    truncated,
    findings,
  };
}
