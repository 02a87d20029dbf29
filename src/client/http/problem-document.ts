/** Problems as HTTP knows them (RFC 9457): the same code as everywhere, and never a stack. */
import type { RequestHandler, Response } from "express";
import { CODE_MEANINGS } from "../../vocabulary/code-meanings.js";
import { CODES } from "../../vocabulary/codes.js";
import { HTTP_RETRY_AFTER_SECONDS } from "../../vocabulary/facade-limits.js";
import type { Problem } from "../../vocabulary/problems.js";
import { visibleJson } from "../../vocabulary/visible.js";

/** Thrown by handlers and by what they call; the last middleware makes it a problem document. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  constructor(
    readonly problems: readonly Problem[],
    /** Where it differs from what the table of codes says. */
    readonly status?: number,
  ) {
    super(problems[0]?.message ?? "refused");
  }
}

/** JSON of the façade shows every character: a caller may print it on a terminal. */
export const answersVisibly: RequestHandler = (_request, response, next) => {
  response.json = (value: unknown) => response.type("json").send(visibleJson(JSON.stringify(value)));
  next();
};

/** The value of an answer, or a refusal. */
export function orRefuse<T>(answer: { ok: true; value: T } | { ok: false; problems: readonly Problem[] }): T {
  if (answer.ok) return answer.value;
  throw new Refusal(answer.problems);
}

export function sendProblems(response: Response, problems: readonly Problem[], given?: number): void {
  const [first] = problems;
  const code = first?.code ?? "internal";
  const status = given ?? statusOf(problems);
  response.locals.code = code;
  // One that knows better, such as the rate limit, has said it already.
  if ([429, 502, 503, 504].includes(status) && !response.hasHeader("retry-after")) {
    response.set("retry-after", String(HTTP_RETRY_AFTER_SECONDS));
  }
  response.status(status).type("application/problem+json");
  const document = {
    type: `urn:autoops:problem:${code}`,
    title: CODE_MEANINGS[code],
    status,
    detail: first?.message ?? CODE_MEANINGS[code],
    code,
    hint: first?.hint,
    problems,
  };
  response.send(visibleJson(JSON.stringify(document)));
}

/** Problems of several kinds are one request that cannot be processed. */
function statusOf(problems: readonly Problem[]): number {
  const statuses = new Set(problems.map((problem) => CODES[problem.code].status));
  const [only] = statuses;
  return only !== undefined && statuses.size === 1 ? only : problems.length === 0 ? 500 : 422;
}
