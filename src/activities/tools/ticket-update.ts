/** Tool `ticket_update`: comments on a ticket, moves it on, labels it; what is so already stays as it is. */
import { z } from "zod";
import { labelSchema } from "../../schema/config/tickets.js";
import { LABELS_MAX, TEXT_MAX_CHARS } from "../../vocabulary/ticket-limits.js";
import { oneLineSchema } from "../connectors/kit/one-line.js";
import { clientOf, trackerNamed, trackerReach } from "../connectors/trackers.js";
import { defineTool, type ToolContext } from "../define-tool.js";
import { finding, findingsSchema } from "./kit/finding.js";
import { declaredNameSchema } from "./kit/names.js";

const paramsSchema = z
  .strictObject({
    tracker: declaredNameSchema,
    /** As `ticket_create` returned it: `OPS-12`, `41`, `PGR0VU2`. */
    ticket: z.string().regex(/^[A-Z0-9][A-Z0-9_-]{0,49}$/, "the name of a ticket such as OPS-12"),
    /** Markdown; a note in PagerDuty. */
    comment: z.string().min(1).max(TEXT_MAX_CHARS).optional(),
    /** A status or transition of the tracker: `closed`, `In Review`, `acknowledged`, `resolved`. */
    status: oneLineSchema(100).optional(),
    add_labels: z.array(labelSchema).max(LABELS_MAX).default([]),
    remove_labels: z.array(labelSchema).max(LABELS_MAX).default([]),
  })
  .refine(
    ({ comment, status, add_labels, remove_labels }) =>
      comment !== undefined || status !== undefined || add_labels.length + remove_labels.length > 0,
    "given a comment, a status, add_labels or remove_labels",
  );

const outputSchema = z.strictObject({
  tracker: z.string(),
  kind: z.string(),
  ticket: z.string(),
  url: z.string().nullable(),
  /** What this attempt changed, and what was so already. */
  changed: z.array(z.string()),
  already: z.array(z.string()),
  idempotency_key: z.string(),
  truncated: z.boolean(),
  findings: findingsSchema,
});

export const ticketUpdate = defineTool({
  name: "ticket_update",
  description: "Comments on a ticket, changes its status or labels; in PagerDuty notes, acknowledges, resolves.",
  nodeTypes: ["ticket_update"],
  effect: "notify",
  params: paramsSchema,
  output: outputSchema,
  reach: trackerReach,
  run: changeTicket,
});

async function changeTicket(
  params: z.output<typeof paramsSchema>,
  context: ToolContext,
): Promise<z.infer<typeof outputSchema>> {
  const tracker = trackerNamed(context.config, params.tracker);
  const client = clientOf(params.tracker, tracker, context);
  const { comment, status, add_labels: addLabels, remove_labels: removeLabels } = params;
  const { ticket, changed, already, truncated, remarks } = await client.update(params.ticket, {
    comment,
    status,
    addLabels,
    removeLabels,
  });
  const what = changed.length === 0 ? "was as wanted already" : `was changed: ${changed.join(", ")}`;
  return {
    tracker: params.tracker,
    kind: tracker.kind,
    ...ticket,
    changed,
    already,
    idempotency_key: context.idempotencyKey,
    truncated,
    findings: [finding(`ticket ${ticket.ticket} ${what}`, [ticket.url ?? "", ...remarks].filter(Boolean))],
  };
}
