/** `autoops tools`: the tools that graphs may name, with what each may do to the world. */
import { loadLocal } from "../../../app/local.js";
import { done, type Ending, failed } from "../ending.js";
import type { Session } from "../session.js";
import { columns, oneLine, style } from "../text.js";

export async function tools(session: Session): Promise<Ending> {
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const list = [...local.registry.list()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const rows = list.map((tool) => {
    const effect = tool.callsVary
      ? "as declared"
      : tool.effect === "write"
        ? style.yellow("write · gated")
        : tool.effect;
    const also = tool.aliases.length === 0 ? "" : ` (also ${tool.aliases.join(", ")})`;
    return [style.bold(tool.name), effect, tool.nodeTypes.join(", "), `${oneLine(tool.description, 90)}${also}`];
  });
  for (const line of columns([["tool", "effect", "node types", "what it does"].map(style.dim), ...rows])) {
    session.print.result(line);
  }
  return done({ tools: list });
}
