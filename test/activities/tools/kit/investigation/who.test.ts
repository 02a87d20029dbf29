import { describe, expect, test } from "vitest";
import { mentioned, named } from "../../../../../src/activities/tools/kit/investigation/who.js";

const service = (name: string, kind = "service", also: string[] = []) => ({
  ...{ name, kinds: [kind], labels: {}, instances: [], also },
});
const SERVICES = [
  service("seats-api"),
  service("mail_service"),
  service("pay"),
  service("pay-worker"),
  service("node", "node"),
];

describe("people leave out what a service is for", () => {
  test.each([
    ["seats", "seats-api"],
    ["seats-2", "seats-api"],
    ["mail", "mail_service"],
    ["pay", "pay"],
    ["nobody", undefined],
  ])("%s is %s", (text, name) => expect(named(text, SERVICES)).toBe(name));

  test.each([
    ["seats gives errors", ["seats-api"]],
    ["mails of the mail service are late", ["mail_service"]],
    ["pay fails", ["pay"]],
    ["did the pay worker die?", ["pay", "pay-worker"]],
    ["the mail service is late", ["mail_service"]],
    ["the queue fails", []],
  ])("'%s' names %j", (text, names) => {
    expect(mentioned(text, SERVICES).map(({ name }) => name)).toEqual(names);
  });

  test("undecided where two differ in nothing else", () => {
    const both = [service("seats-api"), service("seats-server")];
    expect(named("seats", both)).toBeUndefined();
    expect(mentioned("seats fail", both)).toHaveLength(2);
  });
});
