/** `autoops approve|reject RUN NODE`: one person's decision about one gate, signed with this machine's key. */
import { withRuns } from "../backend.js";
import { decidedText, problemOfDecision } from "../decided.js";
import { done, type Ending, failed } from "../ending.js";
import { ownName, type Session } from "../session.js";

interface Options {
  comment?: string;
  digest?: string;
}

export const approve = decider("approve");
export const reject = decider("reject");

function decider(decision: "approve" | "reject") {
  return (session: Session, words: readonly string[], options: Options): Promise<Ending> => {
    const [runId = "", node = ""] = words;
    const { comment, digest } = options;
    return withRuns(session, async (runs) => {
      const answer = await runs.decide({ runId, node, decision, digest, comment, approver: ownName(), channel: "cli" });
      if (!answer.ok) return failed(answer.problems);
      const problem = problemOfDecision(answer.value);
      if (problem !== undefined) return failed([problem], { ...answer.value });
      session.print.result(decidedText(answer.value, decision));
      session.print.result(`next: autoops watch ${runId}`);
      return done({ runId: runId, node, decision, result: answer.value.result });
    });
  };
}
