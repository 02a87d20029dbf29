/** Every gate that waits for an answer, with what its run has found. */

import { LIST_MAX } from "../../vocabulary/limits.js";
import type { RunsOptions } from "./context.js";
import type { Answered, OpenGate, RunAnswer } from "./contract.js";
import { listRuns } from "./list.js";

/** `view` shows one run. Runs that vanish meanwhile are left out. */
export async function openGates(
  view: (runId: string) => Promise<Answered<RunAnswer>>,
  options: RunsOptions,
): Promise<Answered<OpenGate[]>> {
  const listed = await listRuns({ limit: LIST_MAX, asking: true }, options);
  if (!listed.ok) return listed;
  const gates: OpenGate[] = [];
  for (const { runId } of listed.value.runs) {
    const answer = await view(runId);
    if (answer.ok) gates.push(...gatesOf(answer.value));
    else if (answer.problems[0]?.code !== "run-not-found") return answer;
  }
  return { ok: true, value: gates.sort((a, b) => a.deadlineMs - b.deadlineMs) };
}

function gatesOf({ view }: RunAnswer): OpenGate[] {
  const { runId, name: runName, goal, requester, findings } = view;
  const open = view.gates.filter((gate) => gate.status === "open");
  return open.map((gate) => ({ ...gate, runId, runName, goal, requester, findings }));
}
