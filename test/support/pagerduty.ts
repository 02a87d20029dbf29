/**
 * A stateful double of PagerDuty: Events API v2 by the official description of it, where that is at hand, and of the REST
 * interface what tickets need, by its published behaviour: an incident key opens no second incident while one is open.
 */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { z } from "zod";

const DESCRIPTION = resolve(import.meta.dirname, "../../../shared/data/pagerduty/events-v2.json");
export const hasDescription = existsSync(DESCRIPTION);

/** What the official description says of an event, as a schema that refuses other bodies. */
function eventSchema(): z.ZodType | undefined {
  if (!hasDescription) return undefined;
  const { paths, components } = JSON.parse(
    readFileSync(DESCRIPTION, "utf8").replaceAll("#/components/schemas/", "#/$defs/"),
  );
  const { schema } = paths["/enqueue"].post.requestBody.content["application/json"];
  return z.fromJSONSchema({ ...schema, additionalProperties: false, $defs: components.schemas });
}

export interface Alert {
  status: "triggered" | "acknowledged" | "resolved";
  summary: string;
  severity: string;
  /** How often it was triggered. */
  triggers: number;
  details: Record<string, string>;
}
export interface Incident {
  id: string;
  status: "triggered" | "acknowledged" | "resolved";
  title: string;
  incident_key: string;
  urgency: string;
  service: { id: string };
  body: string;
  notes: Array<{ id: string; content: string }>;
  from: string;
}
export interface PagerDuty {
  url: string;
  /** By dedup key. */
  alerts: Map<string, Alert>;
  /** What came to `/v2/enqueue`, in order. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  events: any[];
  incidents: Incident[];
  stop(): Promise<void>;
}
export const ROUTING_KEY = "0123456789abcdef0123456789abcdef";
export const API_KEY = "u+TheApiKeyOfTheTest0";
const SERVICES = ["PSHOP01", "POTHER1"];

const createSchema = z.strictObject({
  incident: z.strictObject({
    type: z.literal("incident"),
    title: z.string().min(1).max(1_024),
    service: z.strictObject({ id: z.string(), type: z.literal("service_reference") }),
    incident_key: z.string().max(255),
    urgency: z.enum(["high", "low"]).optional(),
    body: z.strictObject({ type: z.literal("incident_body"), details: z.string() }),
  }),
});
const changeSchema = z.strictObject({
  incident: z.strictObject({
    type: z.enum(["incident", "incident_reference"]),
    status: z.enum(["acknowledged", "resolved"]),
  }),
});
const noteSchema = z.strictObject({ note: z.strictObject({ content: z.string().min(1) }) });

interface Answer {
  status: number;
  json: unknown;
}
const failed = (status: number, message: string): Answer => ({ status, json: { error: { message, code: 2001 } } });

export async function startPagerDuty(): Promise<PagerDuty> {
  const state = { alerts: new Map(), events: [], incidents: [] } as Pick<PagerDuty, "alerts" | "events" | "incidents">;
  const schema = eventSchema();
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const url = new URL(request.url ?? "", "http://x");
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    const { headers, method = "" } = request;
    const answer =
      url.pathname === "/v2/enqueue"
        ? enqueue(state, schema, body)
        : headers.authorization !== `Token token=${API_KEY}`
          ? failed(401, "Authentication failed")
          : !headers.accept?.startsWith("application/vnd.pagerduty+json")
            ? failed(406, "Not Acceptable")
            : rest(state, method, url, body, headers.from);
    response.writeHead(answer.status, { "content-type": "application/json" }).end(JSON.stringify(answer.json));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((ended) => server.close(ended));
  };
  return { ...state, url, stop };
}

function enqueue(
  { alerts, events }: Pick<PagerDuty, "alerts" | "events">,
  schema: z.ZodType | undefined,
  body: unknown,
): Answer {
  const parsed = schema?.safeParse(body);
  // biome-ignore lint/suspicious/noExplicitAny: checked by the official schema
  const event = body as any;
  const errors =
    parsed?.success === false ? parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) : [];
  if (event.routing_key !== ROUTING_KEY) errors.push("'routing_key' is not of an integration");
  if (errors.length > 0)
    return { status: 400, json: { status: "invalid event", message: "Event object is invalid", errors } };
  events.push(event);
  const key = event.dedup_key;
  const alert = alerts.get(key);
  if (event.event_action === "trigger") {
    const { summary, severity, custom_details: details } = event.payload;
    if (alert === undefined || alert.status === "resolved")
      alerts.set(key, { status: "triggered", summary, severity, triggers: 1, details });
    else alert.triggers++;
  } else if (alert !== undefined) alert.status = event.event_action === "resolve" ? "resolved" : "acknowledged";
  return { status: 202, json: { status: "success", message: "Event processed", dedup_key: key } };
}

function rest(
  { incidents }: Pick<PagerDuty, "incidents">,
  method: string,
  url: URL,
  body: unknown,
  from: unknown,
): Answer {
  const [, service] = /^\/services\/(\w+)$/.exec(url.pathname) ?? [];
  if (service !== undefined) {
    if (!SERVICES.includes(service)) return failed(404, "Not Found");
    return { status: 200, json: { service: { id: service, name: "Shop", status: "active" } } };
  }
  if (method !== "GET" && typeof from !== "string") return failed(400, "Requester User Not Found");
  if (url.pathname === "/incidents")
    return method === "GET" ? list(incidents, url) : open(incidents, body, String(from));
  const [, id, notes] = /^\/incidents\/(\w+)(\/notes)?$/.exec(url.pathname) ?? [];
  const incident = incidents.find((one) => one.id === id);
  if (incident === undefined) return failed(404, "Not Found");
  if (notes !== undefined) return onNotes(incident, method, body);
  if (method === "PUT") {
    const parsed = changeSchema.safeParse(body);
    if (!parsed.success || incident.status === "resolved") return failed(400, "Invalid Input Provided");
    incident.status = parsed.data.incident.status;
  }
  return { status: 200, json: { incident: shown(incident) } };
}

const shown = ({ id, status, service, incident_key, title }: Incident) => ({
  id,
  status,
  service: { ...service, type: "service_reference" },
  incident_key,
  title,
  html_url: `https://shop.pagerduty.com/incidents/${id}`,
});

function list(incidents: readonly Incident[], url: URL): Answer {
  const key = url.searchParams.get("incident_key");
  const services = url.searchParams.getAll("service_ids[]");
  const found = incidents.filter((one) => one.incident_key === key && services.includes(one.service.id));
  return { status: 200, json: { incidents: found.map(shown), limit: 25, offset: 0, more: false } };
}

function open(incidents: Incident[], body: unknown, from: string): Answer {
  const parsed = createSchema.safeParse(body);
  if (!parsed.success) return failed(400, `Invalid Input Provided: ${parsed.error.issues[0]?.path.join(".")}`);
  const { incident_key, service, title, urgency = "high", body: text } = parsed.data.incident;
  if (!SERVICES.includes(service.id)) return failed(404, "Service Not Found");
  if (incidents.some((one) => one.incident_key === incident_key && one.status !== "resolved")) {
    return failed(400, "Open incident with matching dedup key already exists on this service");
  }
  const id = `PINC${String(incidents.length + 1).padStart(3, "0")}`;
  const incident: Incident = {
    id,
    status: "triggered",
    title,
    incident_key,
    urgency,
    service: { id: service.id },
    body: text.details,
    notes: [],
    from,
  };
  incidents.push(incident);
  return { status: 201, json: { incident: shown(incident) } };
}

function onNotes(incident: Incident, method: string, body: unknown): Answer {
  if (method === "GET") return { status: 200, json: { notes: incident.notes } };
  const parsed = noteSchema.safeParse(body);
  if (!parsed.success) return failed(400, "Invalid Input Provided");
  const note = { id: `N${incident.notes.length + 1}`, content: parsed.data.note.content };
  incident.notes.push(note);
  return { status: 200, json: { note } };
}
