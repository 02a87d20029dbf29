/** What a hook would start, in lines. */
import type { HookPreview } from "../../app/hook-preview.js";
import { oneLine, style } from "./text.js";

export function previewLines({ rule, mode, graph, notes }: HookPreview): string[] {
  return [
    ...(rule === undefined ? [] : [`  rule ${rule}, mode ${mode}`]),
    ...(graph === undefined ? [] : [`  ${oneLine(graph.name)}: ${graph.nodes.length} nodes`]),
    ...(graph?.nodes ?? []).map(
      ({ id, name, tool, type, requires_human_approval: gated }) =>
        `    ${id}  ${oneLine(name)} · ${oneLine(tool ?? type)}${gated === true ? " · waits for an approval" : ""}`,
    ),
    ...notes.map((words) => `  ${style.dim(oneLine(words, 200))}`),
  ];
}
