/** `/healthz`, `/livez`, `/readyz`: for those who watch the façade itself. */
import type { RequestHandler } from "express";
import type { FacadeOptions } from "../options.js";
import { Refusal } from "../problem-document.js";

export const isAlive: RequestHandler = (_request, response) => {
  response.json({ status: "ok" });
};

/** Ready: Temporal answers, and a worker takes what is started. */
export function isReady({ runs }: FacadeOptions): RequestHandler {
  return async (_request, response) => {
    const answer = await runs.hasWorker();
    if (!answer.ok) throw new Refusal(answer.problems, 503);
    if (!answer.value) {
      const message = "no worker polls: what is started waits for one";
      throw new Refusal([{ code: "no-worker", at: "worker", message, hint: "start one: autoops worker" }]);
    }
    response.json({ status: "ok" });
  };
}
