/** The moments of a node at which a process may die, and how a worker is brought to each and kept there. */
import { temporal } from "@temporalio/proto";
import type { Service } from "./service.js";
import type { Wire } from "./wire.js";

const { RespondWorkflowTaskCompletedRequest, RespondActivityTaskCompletedRequest } = temporal.api.workflowservice.v1;

/**
 * In order: `decided` the worker has decided to start the node and could not say so; `scheduled` the server has handed
 * the node out and the worker never learnt; `asked` the target has the request and never acts; `late` it acts once the
 * worker is dead; `acted` it has acted and not answered; `untold` it has answered and the server was not told.
 */
export type Moment = "decided" | "scheduled" | "asked" | "late" | "acted" | "untold";

export interface Point {
  runId: string;
  /** Activity id; `end` is the end of the run, which has no activity. */
  activity: string;
  moment: Moment;
  /** What the target is asked for, such as `POST /k07/rollback`; absent where the node asks nobody. */
  request?: string;
}

export interface Held {
  /** The worker stands at the point. */
  reached: Promise<void>;
  /** Once it is dead: lets what was under way at the target happen. */
  release(): void;
}

/** Arms the point: the run stops there when it comes by. */
export function holdAt(point: Point, wire: Wire, service: Service): Held {
  const { moment, request } = point;
  if (moment === "asked" || moment === "late" || moment === "acted") {
    const held = service.hold(request ?? "", moment === "acted" ? "after" : "before");
    const release = () => (moment === "late" ? held.act() : held.drop());
    return { reached: held.reached, release };
  }
  const reached = moment === "untold" ? wire.hold(completionOf(point)) : wire.hold(decisionOf(point));
  return { reached, release: () => undefined };
}

function completionOf({ runId, activity }: Point) {
  return {
    method: "RespondActivityTaskCompleted",
    way: "there" as const,
    matches(message: Buffer): boolean {
      const token = Buffer.from(RespondActivityTaskCompletedRequest.decode(message).taskToken);
      return holds(token, runId) && holds(token, activity);
    },
  };
}

function decisionOf({ runId, activity, moment }: Point) {
  return {
    method: "RespondWorkflowTaskCompleted",
    way: moment === "decided" ? ("there" as const) : ("back" as const),
    matches(message: Buffer): boolean {
      const { taskToken, commands } = RespondWorkflowTaskCompletedRequest.decode(message);
      if (!holds(Buffer.from(taskToken), runId)) return false;
      return commands.some((command) =>
        activity === "end"
          ? command.completeWorkflowExecutionCommandAttributes !== undefined &&
            command.completeWorkflowExecutionCommandAttributes !== null
          : command.scheduleActivityTaskCommandAttributes?.activityId === activity,
      );
    },
  };
}

/** A token is the server's own, and a message as well: its texts stand in it with their length before them. */
function holds(token: Buffer, text: string): boolean {
  return token.includes(Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]));
}
