/** `autoops worker`: polls Temporal for work until the user leaves. */
import { EXIT } from "../../../vocabulary/codes.js";
import { type Ending, failed } from "../ending.js";
import { leave } from "../leave.js";
import type { Session } from "../session.js";
import { style } from "../text.js";

interface Options {
  endWithParent?: boolean;
}

export async function worker(session: Session, _: readonly string[], options: Options): Promise<Ending> {
  const { print } = session;
  const { startWorker } = await import("../../../worker.js");
  const started = await startWorker({ variables: session.environment });
  if (!started.ok) return failed(started.problems);
  const { address, namespace, stop, done } = started;
  print.result(`${style.green("worker")} polls for runs on ${address}, namespace ${namespace}`);
  print.result('  next: autoops plan-and-run "<goal>"   (in another shell; Ctrl-C here stops the worker)');
  print.document({ ok: true, address, namespace, pid: process.pid });
  const left = leave(session, options).then(() => "left" as const);
  const why = await Promise.race([
    left,
    done.then(
      () => "ended" as const,
      (error: Error) => error,
    ),
  ]);
  await stop().catch(() => undefined);
  if (why === "left") {
    print.note("the worker stopped");
    return { exit: EXIT.done, document: {}, told: true };
  }
  const message = `the worker ended by itself${why === "ended" ? "" : `: ${why.message}`}`;
  const hint = "its log above says why";
  return { ...failed([{ code: "temporal-unreachable", at: address, message, hint }]), told: true };
}
