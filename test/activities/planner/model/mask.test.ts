/** Identifiers under stand-ins: what is hidden, what is left, and that everything comes back. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createMask } from "../../../../src/activities/planner/model/mask.js";

const mask = (people: string[] = [], known: string[] = []) => createMask(people, new Set(known));

test.each([
  ["db-7.prod.example.com is down", "HOST_1 is down"],
  ["from 10.1.2.3 to 10.1.2.4, again 10.1.2.3", "from IP_1 to IP_2, again IP_1"],
  ["fe80::1 does not answer", "IP_1 does not answer"],
  ["mail ann@example.org", "mail EMAIL_1"],
  ["request 6f1f7f5e-0a6f-4a2e-9d58-6a2f5f3a1b9c", "request ID_1"],
  ["pod checkout-7d9f8b6c5f-x2x9z restarts", "pod ID_1 restarts"],
  ["instance i-0abc12345def", "instance ID_1"],
  ["user=alice, in /home/bob/logs", "user=USER_2, in /home/USER_1/logs"],
  ["host web-01 is slow", "host HOST_1 is slow"],
  ["host münchen-1 is slow", "host HOST_1 is slow"],
  ["user=jürgen signs in", "user=USER_1 signs in"],
  ["owner: Łukasz, in /home/rené/logs", "owner: USER_2, in /home/USER_1/logs"],
  ["ask @андрей about it", "ask @USER_1 about it"],
  ["ritaé asks rita", "ritaé asks USER_1"],
  ["rita asks, not ritarosa", "USER_1 asks, not ritarosa"],
  ["order 123456789", "order ID_1"],
  ["see HOST_1", "see WORD_1"],
])("%s", (text, hidden) => {
  const own = mask(["rita"]);
  expect(own.hide(text)).toBe(hidden);
  expect(own.restore(hidden)).toBe(text);
});

test.each([
  "checkout returns 500s since version 2.4.1 at 10:42:07",
  "errors in app.log and config.yaml",
  "error rate 12.5 over 1500 requests in 30m",
  "the source checkout.logs and the target web-01",
])("leaves %s", (text) => {
  expect(mask([], ["checkout.logs", "web-01"]).hide(text)).toBe(text);
});

test("secrets go for good", () => {
  const own = mask();
  const hidden = own.hide("token ghp_0123456789abcdefghijABCDEFGHIJ012345");
  expect(hidden).toContain("[redacted:");
  expect(own.restore(hidden)).toBe(hidden);
});

test("an answer's ids are left, everything else comes back, and stand-ins of others stay", () => {
  const own = mask();
  own.hide("web.example.com");
  const answer = { id: "HOST_1", name: "HOST_1", params: { url: "https://HOST_1/x?y=HOST_2" } };
  expect(own.restoreIn(answer)).toEqual({
    id: "HOST_1",
    name: "web.example.com",
    params: { url: "https://web.example.com/x?y=HOST_2" },
  });
});

test("whatever the text, hiding ends, and what was hidden comes back as it was after redaction", () => {
  const words = fc.constantFrom(
    "HOST_1",
    "a.example.com",
    "10.0.0.1",
    "ann@b.org",
    "@bob",
    "user=eve",
    "1234567890",
    "::",
    "/home/x",
    " ",
    "-",
    "\ue000\ue100\ue001",
    "é",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(words, fc.string({ maxLength: 8 })), { maxLength: 20 }), (parts) => {
      const text = parts.join(" ").replace(/[\ue000-\uf8ff]/g, "");
      const own = mask(["ann"]);
      const hidden = own.hide(text);
      if (!hidden.includes("[redacted:")) expect(own.restore(hidden)).toBe(text);
    }),
    { numRuns: 300 },
  );
});
