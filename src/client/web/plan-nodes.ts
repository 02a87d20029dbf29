/** The nodes of a plan, one line each: what it does, whether it waits for a person, and what stands against it. */
import { useEffect, useRef } from "preact/hooks";
import type { GateRule } from "../../core/policy/approval-rule.js";
import type { Explained } from "../../core/report/explain.js";
import type { Graph, Node } from "../../schema/graph.js";
import { html } from "./html.js";
import { ProblemText, Status } from "./parts.js";
import type { Preview } from "./preview.js";
import { EFFECT_WORDS, shown } from "./words.js";

interface Props {
  preview: Preview;
  /** The node that was chosen in the picture. */
  opened?: string;
}

export function PlanNodes({ preview, opened }: Props) {
  const { graph, nodes, check } = preview;
  const explained = new Map(nodes.map((node) => [node.node, node]));
  const usualSeconds = check.ok ? check.verdict.limits.nodeSeconds : undefined;
  return html`<section class="card" aria-labelledby="plan-nodes-title">
    <h3 id="plan-nodes-title">Nodes</h3>
    <ul class="nodes">
      ${graph.nodes.map((node) => {
        const told = explained.get(node.id);
        // The node itself is described here; all that the check found stands with the node it is about.
        const problems = problemsAt(preview, node);
        return html`<${Row}
          key=${node.id}
          node=${node}
          told=${told}
          rule=${check.ok ? check.verdict.gates[node.id]?.rule : undefined}
          problems=${problems}
          after=${afterOf(node, graph)}
          usualSeconds=${usualSeconds}
          isOpened=${opened === node.id}
        />`;
      })}
    </ul>
  </section>`;
}

function problemsAt({ graph, check }: Preview, node: Node) {
  if (check.ok) return [];
  const at = `nodes[${graph.nodes.indexOf(node)}]`;
  return check.problems.filter((problem) => problem.at === at || problem.at.startsWith(`${at}.`));
}

function afterOf(node: Node, { nodes, edges }: Graph): string {
  const names = new Map(nodes.map((one) => [one.id, one.name]));
  const parts = edges
    .filter((edge) => edge.to_node_id === node.id)
    .map((edge) => {
      const on = edge.on === "success" ? "" : ` (on ${edge.on})`;
      return `${names.get(edge.from_node_id) ?? edge.from_node_id}${on}${edge.condition ? ` if ${edge.condition}` : ""}`;
    });
  return parts.join(node.join === "all" ? " and " : " or ");
}

/** What the policy's rule asks of those who answer. */
function wanted(rule: GateRule | undefined): string {
  if (rule === undefined) return "";
  const { name, required, groups, forbidRequester } = rule;
  const people = `${required} ${required === 1 ? "person" : "people"}`;
  const among = groups.length === 0 ? "" : ` of ${groups.join(", ")}`;
  return `; by ${people}${among}${forbidRequester ? ", not whoever starts the run" : ""} (rule ${name})`;
}

interface RowProps {
  node: Node;
  told?: Explained;
  rule?: GateRule;
  problems: ReturnType<typeof problemsAt>;
  after: string;
  usualSeconds?: number;
  isOpened: boolean;
}

function Row({ node, told, rule, problems, after, usualSeconds, isOpened }: RowProps) {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (!isOpened || details.current === null) return;
    details.current.open = true;
    details.current.scrollIntoView({ block: "nearest" });
  }, [isOpened]);
  const status = problems.length > 0 || told?.allowed === false ? "refused" : told?.gated ? "gated" : "allowed";
  const target = told?.target === undefined ? "" : ` on ${told.target}`;
  return html`<li class=${isOpened ? "chosen" : ""}>
    <details ref=${details} data-plan-node=${node.id}>
      <summary>
        <strong>${node.name}</strong> <${Status} status=${status} />
        <span class="muted node-facts block">
          <code>${node.tool ?? node.type}</code>${target}${told === undefined ? "" : ` · ${EFFECT_WORDS[told.effect]}`}
        </span>
      </summary>
      <${Facts} node=${node} told=${told} after=${after} usualSeconds=${usualSeconds} />
    </details>
    ${told?.gate === undefined ? null : html`<p class="why ask">Waits for approval: ${told.gate}${wanted(rule)}</p>`}
    ${problems.map((problem) => html`<div class="problem"><${ProblemText} problem=${problem} /></div>`)}
  </li>`;
}

/** A call of a tool in one line. */
function called({ tool, params }: NonNullable<Node["undo"]>): string {
  return params === undefined ? tool : `${tool} ${JSON.stringify(params)}`;
}

function Facts({ node, told, after, usualSeconds }: Pick<RowProps, "node" | "told" | "after" | "usualSeconds">) {
  const { params, description, retry_count: retries, preconditions = [], verify, undo } = node;
  const seconds = node.timeout_seconds ?? (node.tool ? usualSeconds : undefined);
  return html`<dl class="params">
    <dt>Node</dt><dd>${node.id}</dd>
    ${description === "" ? null : html`<dt>About</dt><dd>${description}</dd>`}
    <dt>Starts</dt><dd>${after === "" ? "at once" : `after ${after}`}</dd>
    ${seconds === undefined ? null : html`<dt>Time-out</dt><dd>${seconds} s</dd>`}
    ${retries === undefined ? null : html`<dt>Retries</dt><dd>${retries}</dd>`}
    ${told === undefined || told.rule === "" ? null : html`<dt>Rule</dt><dd>${told.rule}</dd>`}
    ${preconditions.map((one) => html`<dt>Only if</dt><dd>${called(one)} shows ${one.expect}</dd>`)}
    ${verify === undefined ? null : html`<dt>Verified by</dt><dd>${called(verify)} showing ${verify.expect}</dd>`}
    ${undo === undefined ? null : html`<dt>Undone by</dt><dd>${called(undo)}</dd>`}
    ${node.withdraw_when === undefined ? null : html`<dt>Withdrawn if</dt><dd>${node.withdraw_when}</dd>`}
    ${Object.entries(params).map(([key, value]) => html`<dt>${key}</dt><dd>${shown(value)}</dd>`)}
  </dl>`;
}
