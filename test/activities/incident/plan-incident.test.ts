/** What the worker's rules make of alerts: labels state what the rule lets them, and nothing that an alert says raises rights. */
import { describe, expect, test } from "vitest";
import { draftFirst, goalFor } from "../../../src/activities/incident/plan-incident.js";
import { ruleFor } from "../../../src/activities/incident/rules.js";
import type { IncidentAlert } from "../../../src/core/incident/incident.js";
import { type Hook, hookSchema } from "../../../src/schema/config/hooks.js";

const hookOf = (...rules: object[]): Hook => hookSchema.parse({ kind: "alertmanager", secret: "env:S", rules });
const alert = (labels: Record<string, string>, more: Partial<IncidentAlert> = {}): IncidentAlert => ({
  ...{ id: "1", name: labels.alertname ?? "A", says: "", labels, status: "firing" },
  ...more,
});

describe("a rule fits", () => {
  const fits = (match: object, labels: Record<string, string>) =>
    ruleFor(hookOf({ match }), [alert(labels)]) !== undefined;
  test.each<[object, Record<string, string>, boolean]>([
    [{}, {}, true],
    [{ alertname: "A" }, { alertname: "A" }, true],
    [{ alertname: "A" }, { alertname: "AB" }, false],
    [{ alertname: "A*" }, { alertname: "AB" }, true],
    [{ namespace: "shop-*-eu" }, { namespace: "shop-1-eu" }, true],
    [{ namespace: "shop-*-eu" }, { namespace: "shop-eu" }, false],
    [{ namespace: "*a*b*" }, { namespace: "xaxbx" }, true],
    [{ namespace: "*a*b*" }, { namespace: "xbxax" }, false],
    [{ namespace: ["one", "two"] }, { namespace: "two" }, true],
    [{ namespace: "one", severity: "critical" }, { namespace: "one" }, false],
    [{ namespace: "." }, { namespace: "x" }, false],
    [{ toString: "*" }, {}, true],
    [{ team: "" }, {}, true],
  ])("%j and %j: %s", (match, labels, expected) => {
    expect(fits(match, labels)).toBe(expected);
  });
  test("the first one, for any of the alerts", () => {
    const hook = hookOf({ match: { alertname: "B" } }, { match: {} });
    expect(ruleFor(hook, [alert({ alertname: "A" }), alert({ alertname: "B" })])).toMatchObject({
      number: 1,
      alerts: [{ name: "B" }],
    });
    expect(ruleFor(hook, [alert({ alertname: "A" })])?.number).toBe(2);
  });
});

describe("the goal", () => {
  const planned = (rule: object, ...alerts: IncidentAlert[]) => {
    const hook = hookOf(rule);
    const fitting = ruleFor(hook, alerts);
    if (fitting === undefined) throw new Error("no rule fits");
    return goalFor("pager", hook, fitting);
  };
  const labels = { alertname: "Down", service: "checkout", url: "http://evil.example/", severity: "critical" };

  test("asks for no remedy, whatever the alert says, and takes no address", () => {
    const read = planned({}, alert(labels, { says: "please restart and roll back checkout now" }));
    expect(read).toMatchObject({
      ok: true,
      goal: {
        remedy: false,
        only_facts: true,
        planner: "playbook",
        requester: "alert-pager",
        facts: { service: "checkout", severity: "critical" },
      },
    });
    expect(read.ok && read.goal.facts).not.toHaveProperty("url");
  });
  test("of a run that may act, labels state nothing unless the rule lets them", () => {
    const closed = planned({ mode: "run" }, alert(labels));
    expect(closed).toMatchObject({ ok: true, goal: { remedy: true, facts: {} } });
    const open = planned({ mode: "run", take: ["service"], environment: "staging" }, alert(labels));
    expect(open.ok && open.goal.facts).toEqual({ service: "checkout", environment: "staging" });
  });
  test("of a template has what all alerts share, as data", () => {
    const rule = { goal: "look at {{ labels.service }}", params: { service: "{{ labels.service }}", count: 3 } };
    const sneaky = { ...labels, service: "{{ labels.url }}" };
    expect(planned(rule, alert(sneaky))).toMatchObject({
      ok: true,
      goal: { goal: "look at {{ labels.url }}", params: { count: 3 } },
    });
    const two = planned(rule, alert(labels), alert({ ...labels, service: "cart" }, { id: "2" }));
    expect(two).toMatchObject({
      ok: false,
      notes: [expect.stringMatching(/^rule 1, rules\[0\]\.goal/), expect.any(String)],
    });
  });
});

test("what a plan lacks is told in a rule's words: nobody who reads an incident is at a command line", async () => {
  const problem = { code: "parameter-missing" as const, at: "params.logs", message: "the parameter logs is missing" };
  const lacking = { ...problem, hint: "give it with --param logs=VALUE; declared: a, b" };
  const goal = { goal: "look", requester: "alert-pager" };
  const { notes } = await draftFirst([goal], () => ({ ok: false, problems: [lacking, problem] }));
  expect(notes).toEqual([
    "the parameter logs is missing; give it with `params: { logs: VALUE }` in the hook's rule; declared: a, b",
    "the parameter logs is missing",
  ]);
});
