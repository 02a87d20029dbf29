/** Graph files and settings for tests of the program. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Runs without settings: one tool that touches nothing, one decision. */
export const HARMLESS = `id: harmless
name: Say it
goal_description: see that it runs
nodes:
  - id: say
    name: Say hello
    type: analysis
    tool: echo
    params: { message: hello }
  - id: agree
    name: Decide
    type: decision
    params: { expression: say.message == 'hello' }
edges:
  - { from_node_id: say, to_node_id: agree }
`;

/** A question to a person, and what follows. */
export const ASKING = `id: asking
name: Ask a person
goal_description: nothing happens without a person
nodes:
  - id: look
    name: Look
    type: analysis
    tool: echo
    params: { message: looked }
  - id: review
    name: Agree to go on
    type: human_review
    params: { prompt: go on? }
  - id: after
    name: Go on
    type: analysis
    tool: echo
    params: { message: went on }
edges:
  - { from_node_id: look, to_node_id: review }
  - { from_node_id: review, to_node_id: after }
`;

/** Changes production: the default policy refuses it. */
export const DANGEROUS = `id: dangerous
name: Roll back
goal_description: roll back
nodes:
  - id: back
    name: Roll back
    type: rollback
    tool: rollback
    params: { target: shop, version: "1" }
edges: []
`;

/** What the asking graph needs beyond the defaults: nothing but a short wait where a test wants the gate to expire. */
export function policyWith(approvalSeconds: number): string {
  return `version: "1.0"
tools: { allowed: [echo] }
node_types: { allowed: [analysis, decision, human_review, wait] }
approval: { timeout_seconds: ${approvalSeconds} }
`;
}

export function writeFile(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}
