/** `autoops playbooks`: the plans that goals are matched with. */
import { loadLocal } from "../../../app/local.js";
import { done, type Ending, failed } from "../ending.js";
import type { Session } from "../session.js";
import { oneLine, style } from "../text.js";

export async function playbooks(session: Session): Promise<Ending> {
  const local = await loadLocal(session.environment);
  if (!local.ok) return failed(local.problems);
  const { print } = session;
  const list = local.playbooks;
  for (const playbook of list) {
    print.result(`${style.bold(playbook.id)} ${playbook.version}  ${oneLine(playbook.title)}`);
    if (playbook.description !== undefined) print.result(`    ${oneLine(playbook.description)}`);
    const needed = Object.entries(playbook.parameters).map(([name, { type }]) => `${name} (${type})`);
    print.result(style.dim(`    parameters: ${needed.join(", ")}`));
  }
  return done({ playbooks: list });
}
