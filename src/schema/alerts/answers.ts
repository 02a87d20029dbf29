/** Alerts as Prometheus and Alertmanager answer who asks them (`/api/v1/alerts`, `/api/v2/alerts`, `amtool alert --output=json`). */
import type { ReadDelivery } from "./alert.js";
import { readAlertmanager } from "./alertmanager.js";
import { isMapping, listAt } from "./members.js";

const listOf = (input: unknown): unknown[] => {
  if (Array.isArray(input)) return input;
  if (!isMapping(input) || input.status !== "success") return [];
  return Array.isArray(input.data) ? input.data : listAt(input, "data", "alerts");
};

export const isAnswer = (input: unknown): boolean => {
  const list = listOf(input);
  return list.length > 0 && list.every((one) => isMapping(one) && isMapping(one.labels));
};

export function readAnswer(input: unknown): ReadDelivery {
  const alerts = listOf(input)
    .filter(isMapping)
    .map(({ status, state, activeAt, ...one }) => ({
      startsAt: activeAt,
      ...one,
      // What is pending or silenced is no less a trouble to who hands it over.
      status: status === "resolved" || state === "inactive" ? "resolved" : "firing",
    }));
  return readAlertmanager({ version: "4", status: "firing", alerts });
}
