/** `autoops tools`: the tools that graphs may name, with what each may do to the world. */
import { loadLocal } from "../../../app/local.js";
import { jsonSchemaOf } from "../../../schema/published.js";
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

export async function showTool(session: Session, [name = ""]: readonly string[]): Promise<Ending> {
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const { registry } = local;
  const definition = registry.definition(name);
  const facts = registry.find(name);
  if (definition === undefined || facts === undefined) {
    const known = nearest(
      name,
      registry.list().map((tool) => tool.name),
    );
    const message = `there is no tool ${JSON.stringify(name.slice(0, 60))}`;
    return failed([{ code: "unknown-tool", at: name, message, hint: `${known}autoops tools lists them` }]);
  }
  const { print } = session;
  const [params, output] = [jsonSchemaOf(definition.params), jsonSchemaOf(definition.output)];
  const also = facts.aliases.length === 0 ? "" : ` (also ${facts.aliases.join(", ")})`;
  print.result(`${style.bold(facts.name)}${also}  ${facts.effect}  ${facts.nodeTypes.join(", ")}`);
  print.result(oneLine(facts.description, 1_000));
  print.result();
  print.result(`params ${JSON.stringify(params, undefined, 2)}`);
  print.result(`output ${JSON.stringify(output, undefined, 2)}`);
  return done({ tool: facts, params, output });
}

/** A name that shares its beginning with the one that was typed. */
function nearest(name: string, known: readonly string[]): string {
  const found = known.filter((one) => name.length > 2 && one.toLowerCase().startsWith(name.slice(0, 3).toLowerCase()));
  return found.length === 0 ? "" : `perhaps ${found.slice(0, 3).join(", ")}; `;
}
