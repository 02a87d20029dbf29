/**
 * `POST /hooks/{name}`: alerts come in. The sender's signature or token is the only sign-in here. 202 is said once Temporal
 * has the alerts; whatever keeps them from it is 503, so that the sender tries again.
 */
import type { RequestHandler } from "express";
import type { HookRequest } from "../../../platform/hooks/verify.js";
import { hookPathSchema } from "../../../schema/api-incidents.js";
import { parseWith } from "../../../schema/problems.js";
import { countRefusal, type Gatekeeping } from "../access/caller.js";
import type { FacadeMetrics } from "../metrics.js";
import { requestRate } from "../middleware.js";
import type { FacadeOptions } from "../options.js";
import { orRefuse, Refusal } from "../problem-document.js";

type Needs = FacadeOptions & { metrics: FacadeMetrics };

export function takeHook({ hooks, log, metrics }: Needs, keeping: Gatekeeping): RequestHandler {
  const rates = new Map(
    Object.entries(hooks?.declared ?? {}).map(([name, hook]) => {
      return [name, requestRate(hook.requests_per_minute, `deliveries to the hook ${name}`)] as const;
    }),
  );
  return async (request, response) => {
    const { name } = orRefuse(parseWith(hookPathSchema, request.params, { at: "path" }));
    const rate = rates.get(name);
    if (hooks === undefined || rate === undefined) {
      await countRefusal(keeping.refusals, request, response);
      const message = `there is no hook ${JSON.stringify(name.slice(0, 60))}`;
      throw new Refusal([{ code: "not-found", at: "path", message, hint: "declare it under `hooks` in config.yaml" }]);
    }
    await countRefusal(rate, request, response);
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const delivery: HookRequest = { body, header: (wanted) => request.get(wanted) };
    const taken = await hooks.take(name, delivery, request.ip ?? "", () =>
      countRefusal(keeping.refusals, request, response),
    );
    if (!taken.ok) {
      metrics.alerts(name, "refused", 1);
      log.warn("a delivery was not taken", { operation: "hook", hook: name, code: taken.problems[0]?.code });
      throw new Refusal(taken.problems);
    }
    const { folded, ...answer } = taken.value;
    const { alerts, ignored, repeated } = answer;
    metrics.alerts(name, "taken", alerts);
    if (ignored > 0) metrics.alerts(name, "ignored", ignored);
    if (folded > 0) metrics.alerts(name, "folded", folded);
    if (repeated) metrics.alerts(name, "repeated", 1);
    response.status(202).json(answer);
  };
}
