/**
 * How a node of a run is asked about at the moment. Loaded by the workflow sandbox: imports no package and reads no clock.
 */
import type { Environment } from "../../vocabulary/node-types.js";
import type { Run } from "../run/run.js";
import type { NodeGate } from "./node-gate.js";

/** How a node of a run is asked about now: a person may have given it other params. */
export function gateOf(run: Run, id: string): NodeGate | undefined {
  return run.state.nodes[id]?.edited?.gate ?? run.plan.nodes.get(id)?.node.gate;
}

export function gateEnvironment(run: Run, id: string): Environment {
  return gateOf(run, id)?.environment ?? run.plan.graph.verdict.environment;
}
