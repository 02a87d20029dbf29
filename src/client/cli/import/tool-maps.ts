/** How the tools of the Python version map to ours, param by param. */
import { gateway } from "./gateway-map.js";
import type { Mapping } from "./mapping.js";
import { metricParams } from "./metric-map.js";

/** Fills `mapping.out`; returns the tool and, where it changes, the type. */
type MapTool = (mapping: Mapping, type: string) => { tool: string | null; type?: string };

const CONTAINS_MAX_CHARS = 200;
const REMEDIES = ["service_restart", "config_update", "rollback", "scale_action"];

export function mapTool(
  tool: string | undefined,
  type: string,
  mapping: Mapping,
): { tool: string | null; type?: string } {
  if (["wait", "decision", "human_review"].includes(type)) return builtIn(mapping, type);
  const name = tool ?? "";
  if (name === "secureMCP" || name.startsWith("secureMCP:")) return gateway(mapping, type, name);
  const map = Object.hasOwn(MAPS, name) ? MAPS[name] : undefined;
  if (map !== undefined) return map(mapping, type);
  if (REMEDIES.includes(type)) return remedy(mapping, type);
  mapping.keepAll();
  return { tool: tool ?? null };
}

const MAPS: Record<string, MapTool> = {
  echo: (mapping) => {
    mapping.set("message", mapping.text("message") ?? "No message provided");
    mapping.finish({});
    return { tool: "echo" };
  },
  log_collector: logs,
  metric_query: (mapping) => {
    metricParams(mapping);
    return { tool: "metric_query" };
  },
  trace_collector: traces,
  log_analyzer: analysis,
  analysis,
  autoRCA: rootCause,
  autorca: rootCause,
  summary: (mapping) => {
    const format = mapping.take("format");
    if (format === "postmortem") mapping.set("format", format);
    else if (format !== undefined)
      mapping.tell("format", "a summary is Markdown in full; format: postmortem drafts a post-mortem");
    mapping.rename("title", "title");
    mapping.finish({
      include_recommendations: "write next_steps; those of the findings are shown anyway",
      include_charts: "the key metric is drawn anyway; chart names the node",
      include_rollback_guidance: "give the write an undo; the report tells how to take it back",
      sections: "the sections are fixed",
    });
    return { tool: "summary" };
  },
  browser: (mapping) => {
    const url = mapping.text("target_url");
    if (url !== undefined) {
      mapping.set("steps", [{ do: "goto", url }]);
      mapping.became("target_url", "steps");
    }
    mapping.finish({
      mission_file: "write the steps out: docs/browser.md",
      mission_type: "write the steps out: docs/browser.md",
      parameters: "write the steps out: docs/browser.md",
    });
    return { tool: "browser_replay", type: "browser_replay" };
  },
  shell,
};

function shell(mapping: Mapping, type: string) {
  return REMEDIES.includes(type) ? remedy(mapping, type) : script(mapping);
}

function logs(mapping: Mapping) {
  const wanted = mapping.text("source");
  const service = mapping.text("service");
  const source = mapping.declared("logs", wanted ?? service);
  mapping.set("source", source);
  if (wanted !== undefined && wanted !== source)
    mapping.tell("source", `it reads ${source}; a source is declared in config.yaml`);
  if (service !== undefined && service !== source) {
    mapping.tell("service", `it reads the source ${source}; declare one that holds only that service's lines`);
  }
  mapping.rename("duration", "since");
  const level = mapping.text("level");
  mapping.set("level", level === "warning" ? "warn" : level);
  const query = mapping.text("query");
  if (query !== undefined && query.length <= CONTAINS_MAX_CHARS) {
    mapping.set("contains", query);
    mapping.became("query", "contains");
  } else if (query !== undefined) mapping.tell("query", "write it as query in the source's own language");
  mapping.rename("limit", "max_lines");
  const patterns = mapping.take("patterns");
  const only = Array.isArray(patterns) && patterns.length === 1 ? patterns[0] : undefined;
  if (typeof only === "string") mapping.set("contains", only);
  else if (patterns !== undefined)
    mapping.tell("patterns", "one node for each text with contains, or a query in the source's own language");
  mapping.finish({
    include_previous: "a source of kind kubernetes reads the container before as well",
    exclude_known: "analysis tells the templates that are new",
    filters: "write it as query in the source's own language",
  });
  return { tool: "log_collector" };
}

function traces(mapping: Mapping) {
  mapping.set("source", mapping.declared("traces", mapping.text("source")));
  mapping.set("service", mapping.text("service"));
  mapping.rename("operation", "operation");
  mapping.rename("duration", "since");
  mapping.rename("min_duration_ms", "min_duration_ms");
  mapping.rename("error_only", "only_failing");
  mapping.rename("limit", "max_traces");
  const filters = mapping.take("filters");
  const least =
    typeof filters === "object" && filters !== null && !Array.isArray(filters) ? filters.min_duration_ms : undefined;
  if (typeof least === "number") {
    mapping.set("min_duration_ms", least);
    mapping.became("filters", "min_duration_ms");
  } else if (filters !== undefined) mapping.tell("filters", "use min_duration_ms, only_failing, operation");
  mapping.finish({
    sample_rate: "max_traces bounds them",
    trace_id: "look it up in the tracing system; ui_url leads there",
  });
  return { tool: "trace_collector" };
}

/** It reads what an earlier node collected: lines before points. */
function analysis(mapping: Mapping) {
  const { before } = mapping.around;
  const lines = before.find(({ tool }) => tool === "log_collector");
  const series = before.find(({ tool }) => tool === "metric_query");
  if (lines !== undefined) {
    mapping.set("logs", `{{ ${lines.id}.blob }}`);
    mapping.set("since", `{{ ${lines.id}.since }}`);
    mapping.set("until", `{{ ${lines.id}.until }}`);
  } else if (series !== undefined) mapping.set("points", `{{ ${series.id}.points }}`);
  else {
    const message = `${mapping.at} analyses what a node before it collected, and there is none`;
    mapping.notes.push({
      at: mapping.at,
      message,
      hint: "put a log_collector or a metric_query before it, and name its output in logs or points",
    });
  }
  mapping.finish({
    analysis_type: "it always looks for templates, new and gone ones, level shifts and change points",
    baseline_window: "give change_at; both sides of it are compared",
    correlate_metrics: "autoRCA weighs logs and metrics together",
    include_infrastructure_events: "read them by change_history or kubernetes_state, and weigh all with autoRCA",
    thresholds: "a decision node compares with a threshold",
  });
  return { tool: "analysis" };
}

function rootCause(mapping: Mapping) {
  mapping.rename("service", "service");
  mapping.finish({
    incident_id: "name it in the goal",
    symptoms: "it reads what the run found; inputs narrows that",
    context: "it reads what the run found; inputs narrows that",
    include_dependencies: "who calls whom is read from traces, config.yaml and graph",
  });
  return { tool: "autoRCA" };
}

function remedy(mapping: Mapping, type: string) {
  mapping.set("target", mapping.declared("target", mapping.text("target") ?? mapping.text("service")));
  if (type === "rollback") mapping.set("version", mapping.text("version"));
  if (type === "scale_action") mapping.rename("replicas", "replicas");
  if (type === "config_update") mapping.rename("values", "values");
  mapping.finish({ command: "declare it as a target of kind command in config.yaml; a graph holds no command" });
  return { tool: type };
}

function script(mapping: Mapping) {
  mapping.finish({ command: "declare it as a program of custom_script in config.yaml; a graph holds no command" });
  return { tool: "custom_script", type: "custom_script" };
}

function builtIn(mapping: Mapping, type: string) {
  if (type === "wait") {
    const seconds = mapping.take("seconds") ?? mapping.take("duration_seconds") ?? mapping.take("duration");
    mapping.set(
      "seconds",
      typeof seconds === "string" && /^\d+s?$/.test(seconds) ? Number.parseInt(seconds, 10) : seconds,
    );
    mapping.finish({ condition: "a decision node after it looks at the condition" });
  } else if (type === "decision") {
    mapping.rename("condition", "expression");
    mapping.rename("expression", "expression");
    mapping.finish({});
  } else {
    mapping.set("prompt", mapping.text("prompt") ?? mapping.text("message") ?? "Look at what was found so far");
    mapping.finish({});
  }
  return { tool: null };
}
