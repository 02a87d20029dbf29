/** A plan before it runs: whether the policy lets it run, what waits for a person, what may change, node by node. */
import type { Ref } from "preact";
import { useState } from "preact/hooks";
import type { Explained } from "../../core/report/explain.js";
import { type BoxStyle, GraphView } from "./graph-view.js";
import { html } from "./html.js";
import { Notice } from "./parts.js";
import { PlanNodes } from "./plan-nodes.js";
import { PlanStart } from "./plan-start.js";
import type { Preview } from "./preview.js";
import { ProblemList } from "./problem-list.js";
import { EFFECT_WORDS, span, styleOf } from "./words.js";

interface Props {
  preview: Preview;
  heading: Ref<HTMLHeadingElement>;
  startKey: string;
  /** The form has changed since. */
  isStale: boolean;
}

export function PlanView({ preview, heading, startKey, isStale }: Props) {
  const { graph, nodes, check, notices } = preview;
  const [selected, setSelected] = useState<string>();
  const explained = new Map(nodes.map((node) => [node.node, node]));
  const general = check.ok ? [] : check.problems.filter((problem) => !/^nodes\[\d+\]/.test(problem.at));
  const edges = graph.edges.map((edge) => ({
    from: edge.from_node_id,
    to: edge.to_node_id,
    on: edge.on,
    ...(edge.condition ? { condition: edge.condition } : {}),
  }));
  const boxes = graph.nodes.map(({ id, name }): BoxStyle => boxOf(id, name, explained.get(id)));
  return html`<section class="plan" aria-labelledby="plan-title">
    <h2 id="plan-title" tabindex="-1" ref=${heading}>${graph.name}</h2>
    <p>${graph.goal_description}</p>
    <${Origin} preview=${preview} />
    <div class="run">
      <div class="side">
        <div class="gates">
          <section class="card" aria-labelledby="verdict-title">
            <h3 id="verdict-title">${check.ok ? "The policy lets this plan run" : "The policy refuses this plan"}</h3>
            <${Summary} preview=${preview} />
            ${general.length === 0 ? null : html`<${ProblemList} problems=${general} />`}
            ${check.ok ? html`<${PlanStart} key=${startKey} graph=${graph} startKey=${startKey} isStale=${isStale} />` : html`<${Refused} />`}
          </section>
        </div>
      </div>
      <div class="picture">
        <${GraphView} label="Graph of the plan" shape=${startKey} boxes=${boxes} edges=${edges} selected=${selected} onSelect=${setSelected} />
      </div>
      <div class="below">
        <${PlanNodes} key=${startKey} preview=${preview} opened=${selected} />
        ${
          notices.length === 0
            ? null
            : html`<section class="card">
                <h3>Notices</h3>
                <ul>${notices.map((notice) => html`<${Notice} notice=${notice} nodes=${graph.nodes} />`)}</ul>
              </section>`
        }
      </div>
    </div>
  </section>`;
}

function boxOf(id: string, name: string, node: Explained | undefined): BoxStyle {
  const status = node?.allowed === false ? "refused" : node?.gated ? "gated" : "allowed";
  const look = styleOf(status);
  const effect = node === undefined ? "" : EFFECT_WORDS[node.effect];
  const word = status === "allowed" ? effect : look.word;
  return { id, name, ...look, word, gated: node?.gated === true, says: `${look.word}, ${effect}` };
}

/** Who made it, and whose word the verdict is. */
function Origin({ preview }: { preview: Preview }) {
  if (!("source" in preview)) return null;
  const { playbook, score = 1, source, graph } = preview;
  if (playbook === undefined) {
    return html`<p class="muted">By the model <strong>${String(graph.metadata?.model ?? "")}</strong>.</p>`;
  }
  return html`<p class="muted">
      By the playbook <strong>${playbook}</strong>${score < 1 ? `, which fits the goal to ${Math.round(score * 100)} %` : ""}.
    </p>
    ${
      source === "worker"
        ? null
        : html`<p class="notice">
            No worker answers. This plan is by the playbooks of this machine; started now, it begins once a worker runs
            (<code>autoops worker</code>).
          </p>`
    }`;
}

function Summary({ preview }: { preview: Preview }) {
  const { nodes, check, worstSeconds } = preview;
  const before = check.ok && check.verdict.wholePlan !== undefined ? 1 : 0;
  const gates = nodes.filter((node) => node.gated).length + before;
  const asked = `${gates}: each waits for a person${before === 0 ? "" : "; the first asks about the whole plan, before anything runs"}`;
  const writes = nodes.filter((node) => node.effect === "write");
  const targets = [...new Set(nodes.flatMap((node) => (node.target === undefined ? [] : [node.target])))];
  const verdict = check.ok ? check.verdict : undefined;
  return html`<dl class="params words">
    <dt>Nodes</dt><dd>${nodes.length}</dd>
    <dt>Gates</dt><dd>${gates === 0 ? "none: nobody is asked" : asked}</dd>
    <dt>Changes</dt>
    <dd>${writes.length === 0 ? "nothing: it only reads and tells" : writes.map((node) => node.tool ?? node.type).join(", ")}</dd>
    ${targets.length === 0 ? null : html`<dt>Targets</dt><dd>${targets.join(", ")}</dd>`}
    ${verdict === undefined ? null : html`<dt>Environment</dt><dd>${verdict.environment}</dd>`}
    ${
      worstSeconds === undefined
        ? null
        : html`<dt>Takes</dt><dd>
            at most ${span(worstSeconds * 1_000)} of work${
              gates === 0 ? "" : `, and up to ${span((verdict?.limits.approvalSeconds ?? 0) * 1_000)} at each gate`
            }
          </dd>`
    }
  </dl>`;
}

function Refused() {
  return html`<p>Each node below says what stands against it, and the rule. Nothing can be started from here.</p>`;
}
