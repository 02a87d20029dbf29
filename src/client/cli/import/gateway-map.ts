/** What the Python version asked of a gateway to trackers and channels. */
import type { Json } from "../../../schema/json.js";
import type { Mapping } from "./mapping.js";

/** A gateway's server, as our own trackers and channels; a declared MCP server stays one. */
export function gateway(mapping: Mapping, type: string, name: string) {
  // secureMCP:jira:create_issue
  const [, ofServer = "", ofAction = ""] = name.split(":");
  const server = mapping.text("server") ?? ofServer;
  const action = mapping.text("action") ?? ofAction;
  const given = mapping.take("arguments");
  const args = typeof given === "object" && given !== null && !Array.isArray(given) ? given : mapping.takeAll();
  if (Object.hasOwn(mapping.around.config.mcp?.servers ?? {}, server)) {
    mapping.set("server", server);
    mapping.set("action", action);
    mapping.set("arguments", args);
    return { tool: "secureMCP", type: "mcp_action" };
  }
  const text = (...keys: string[]): string | undefined =>
    keys.map((key) => args[key]).find((value): value is string => typeof value === "string" && value !== "");
  const used: string[] = [];
  const put = (name: string, value: Json | undefined, ...from: string[]): void => {
    mapping.set(name, value);
    used.push(...from);
  };
  const tool = toolOf(action, type);
  if (tool === "notification") {
    put("channel", mapping.declared("channel", text("channel") ?? server), "channel");
    put("message", text("message", "text", "body") ?? "A message of an imported graph", "message", "text", "body");
  } else if (tool === "ticket_update") {
    put("tracker", mapping.declared("tracker", server));
    put(
      "ticket",
      text("ticket", "issue", "issue_key", "key", "incident_id"),
      "ticket",
      "issue",
      "issue_key",
      "key",
      "incident_id",
    );
    put("comment", text("comment", "body", "text"), "comment", "body", "text");
    put("status", text("status", "transition") ?? STATUSES[action], "status", "transition");
  } else {
    put("tracker", mapping.declared("tracker", server));
    put("title", text("summary", "title") ?? "A ticket of an imported graph", "summary", "title");
    put("description", text("description", "body"), "description", "body");
    put("labels", Array.isArray(args.labels) ? args.labels : undefined, "labels");
  }
  for (const key of Object.keys(args)) {
    if (!used.includes(key))
      mapping.tell(`arguments.${key}`, "the tracker or channel in config.yaml sets project, type and the like");
  }
  if (name === "secureMCP")
    mapping.notes.push({ at: `${mapping.at}.tool`, message: `${mapping.at} ${server} ${action} became ${tool}` });
  mapping.finish({});
  return { tool, type: tool };
}

const STATUSES: Record<string, string> = { acknowledge: "acknowledged", resolve: "resolved" };

function toolOf(action: string, type: string): string {
  if (/^send_|message|notify/.test(action) || type === "notification") return "notification";
  if (/^(?:update|add|acknowledge|resolve|transition|close)/.test(action) || type === "ticket_update")
    return "ticket_update";
  return "ticket_create";
}
