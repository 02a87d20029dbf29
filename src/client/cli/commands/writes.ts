/** `autoops pause|resume|override`: orders about writes, straight to Temporal, whether or not a façade runs. */
import type { Environment } from "../../../vocabulary/node-types.js";
import { withWrites } from "../backend.js";
import { done, type Ending, failed } from "../ending.js";
import { ownName, type Session } from "../session.js";
import { clock, oneLine, style } from "../text.js";
import { pauseLines } from "../writes-text.js";

interface Options {
  reason?: string;
  scope?: string;
}
type Words = readonly string[];

const given = ({ reason = "" }: Options) => ({ reason, by: ownName(), channel: "cli" });

export function pause(session: Session, _: Words, options: Options & { scope: string }): Promise<Ending> {
  return withWrites(session, async (writes) => {
    const answer = await writes.pause({ ...given(options), scope: options.scope });
    if (!answer.ok) return failed(answer.problems);
    const { pause: made, counted } = answer.value;
    const { print } = session;
    const of = made.scope === "all" ? "" : ` of ${oneLine(made.scope)}`;
    print.result(`${style.yellow("paused")}: no write${of} starts any more`);
    if (!counted) print.note("no worker has taken it in yet; it holds before the first write that one would start");
    print.result("what runs goes on up to its next write, which then fails; next: autoops resume");
    return done({ pause: made, counted });
  });
}

export function resume(session: Session, _: Words, options: Options): Promise<Ending> {
  return withWrites(session, async (writes) => {
    const answer = await writes.resume({ ...given(options), scope: options.scope });
    if (!answer.ok) return failed(answer.problems);
    const { ended, view } = answer.value;
    const { print } = session;
    for (const one of ended)
      print.result(`${style.green("resumed")}: ${oneLine(one.scope)}, paused by ${oneLine(one.by)}`);
    for (const line of pauseLines(view)) print.result(line);
    print.result("writes that were refused meanwhile are not done by this: run their graphs again");
    return done({ ended, pauses: view.pauses });
  });
}

export function override(
  session: Session,
  _: Words,
  options: Options & { environment: Environment; minutes: number },
): Promise<Ending> {
  return withWrites(session, async (writes) => {
    const { environment, minutes } = options;
    const answer = await writes.override({ ...given(options), environment, minutes });
    if (!answer.ok) return failed(answer.problems);
    const { untilMs } = answer.value;
    session.print.result(`writes to ${environment} may start outside its change windows until ${clock(untilMs)}`);
    session.print.result("each write that does is recorded with your name and reason");
    return done({ environment, until: new Date(untilMs).toISOString() });
  });
}
