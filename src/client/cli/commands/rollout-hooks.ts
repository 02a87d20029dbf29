/** `autoops hooks test` of a hook that watches rollouts: how its workloads stand now, and what a rollout of each would start. */
import { previewHook } from "../../../app/hook-preview.js";
import type { Local } from "../../../app/local.js";
import { readWorkloads } from "../../../app/rollout-preview.js";
import { standsOf } from "../../../core/rollout/watch.js";
import type { RolloutHook } from "../../../schema/config/hooks.js";
import { done, type Ending, failed } from "../ending.js";
import { previewLines } from "../hook-lines.js";
import type { Session } from "../session.js";
import { oneLine, style } from "../text.js";

interface Tried {
  name: string;
  hook: RolloutHook;
  file: string;
}

export async function testRollouts(session: Session, local: Local, { name, hook, file }: Tried): Promise<Ending> {
  if (file !== "") {
    const message = `nothing is sent to ${name}: it looks at the cluster itself`;
    return failed([{ code: "usage", at: "FILE", message, hint: `autoops hooks test --hook ${name}` }]);
  }
  const { print } = session;
  const targets: object[] = [];
  for (const { target, watched, alert } of await readWorkloads(local, name, hook, session.interrupt)) {
    const stands = standsOf(watched);
    print.result(`${style.bold(oneLine(target))}  ${oneLine(stands, 300)}`);
    if (alert === undefined) {
      targets.push({ target, stands });
      continue;
    }
    const preview = await previewHook(local, name, hook, [alert]);
    print.result("  a rollout that ends so would start:");
    for (const line of previewLines(preview)) print.result(line);
    targets.push({ target, stands, ...preview });
  }
  return done({ hook: name, targets });
}
