import fc from "fast-check";
import { expect, test } from "vitest";
import { redact, redactValue } from "../../../src/core/redact.js";
import type { Json } from "../../../src/schema/json.js";

const MIXED = "aB3dE5gH7jK9mN2pQ4sT6vW8xZ".repeat(4);
const piece = fc.constantFrom(
  ...["password", "DB_", "token", "secret", "api_key", "auth", "Authorization: ", "Cookie: a=", "Bearer ", "Basic "],
  ...[
    "=",
    ": ",
    ":",
    '"',
    "'",
    "\\",
    '\\"',
    "`",
    "{",
    "}",
    "[",
    "]",
    "(",
    ",",
    ";",
    "&",
    "<",
    ">",
    "</",
    " ",
    "\n",
    "|\n",
  ],
  ...["://", "@", "user", "x", "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----", "\\n", "--", "-u "],
  ...[
    "eyJ",
    ".",
    "ghp_",
    "AKIA",
    "sk-",
    "xoxb-",
    "SG.",
    "[redacted:",
    "[redacted:token]",
    "env:",
    "$",
    "{{",
    "MIIEpAIBAAK",
  ],
  ...[MIXED.slice(0, 8), MIXED.slice(0, 20), MIXED.slice(0, 40), MIXED, "hunter2", "\u{1F600}"],
);
const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(piece, { maxLength: 24 }).map((parts) => parts.join("")),
);

test("what was redacted once stays as it is", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const once = redact(text);
      expect(redact(once)).toBe(once);
    }),
    { numRuns: 2_000 },
  );
});

test("a JSON value keeps its form, and redacting it again changes nothing", () => {
  const value = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
  fc.assert(
    fc.property(fc.dictionary(hostile, fc.oneof(hostile, value)), (given) => {
      const once = redactValue(given);
      expect(redactValue(once)).toStrictEqual(once);
    }),
  );
});

test("a password in a URL, a header or an assignment never comes through", () => {
  const letters = fc.constantFrom(..."abcdefghkmnpqrstuvwyzABCDEFGHKMNPQRSTUVWYZ");
  const secret = fc.array(letters, { minLength: 10, maxLength: 40 }).map((chars) => `${chars.join("")}7q`);
  const frames = [
    "password=#",
    "DB_PASSWORD: '#'",
    '{"api_key":"#"}',
    "mongodb://u:#@h/db",
    "Authorization: Bearer #",
    "access_token=#",
  ];
  fc.assert(
    fc.property(secret, fc.constantFrom(...frames), hostile, (hidden, frame, after) => {
      expect(redact(`a ${frame.replace("#", hidden)} ${after.replaceAll(hidden, "")}`)).not.toContain(hidden);
    }),
  );
});

test("the work grows with the length of hostile text, not faster", () => {
  const units = [
    ...[
      "password=",
      "password: ",
      'password="',
      "password='\\",
      "token:",
      "auth:",
      "secret=$(",
      "pwd|>\n",
      "api-key ",
      "--token -",
    ],
    ...[
      "authorization:",
      "cookie:",
      "Cookie: a",
      "Bearer ",
      "basic a",
      "://a:",
      "http://u:a@",
      "http://a@a",
      "a:@tcp(",
      " -p mysql",
    ],
    ...[
      "<password>",
      "<a:a",
      "eyJ",
      "eyJaaaaaaaa.",
      "-eyJ",
      "ghp_",
      "AKIA",
      "xoxb-",
      "SG.",
      "sk-",
      "M",
      "live_1_",
      "1//0",
      "Q~",
      "a.b-",
    ],
    ...[
      "-----BEGIN RSA PRIVATE KEY-----",
      "-----END RSA PRIVATE KEY-----",
      "-----BEGIN ",
      "MIIEpAIBAAK",
      "\\n",
      " ",
      "\n",
      "a",
      "A1",
      "=",
    ],
    ...[
      "login a password ",
      "identified by ",
      "{{",
      "[redacted:",
      "_pass",
      "[redacted:token]ghp_",
      '\\"',
      "curl -u a:",
      "mailchimp0-us",
    ],
    ...["jwt=]", "jwt=]x", 'jwt=]token="', `${"sk_".repeat(40)}jwt=]`, `${"[".repeat(120)}jwt=]`, "auth=>"],
  ];
  const slow = units.filter((unit) => {
    const small = work(unit, 16_384);
    // Four times the text: a quadratic rule would need sixteen times the work.
    return small > 2_000 && work(unit, 65_536) > 9 * small;
  });
  expect(slow).toStrictEqual([]);
});

test("names of secrets in one long word cost no more than in words of their own", () => {
  // Each was judged with 256 characters behind it, in eight rounds: thirty times the work.
  expect(work("jwt=]", 65_536)).toBeLessThan(6 * work("jwt=] ", 65_536));
});

test("a value that holds many names of secrets goes as a whole, with what it hides", () => {
  const names = "jwt=]".repeat(12);
  expect(redact(`a ${names}Tr0ub4dor b`)).not.toContain("Tr0ub4dor");
  expect(redact(`a ${names}Tr0ub4dor b`)).toMatch(/^a jwt=.*\[redacted:\w+\] b$/);
});

/** Processor time in microseconds, the least of several tries, so that a busy machine does not count. */
function work(unit: string, length: number): number {
  const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3; attempt++) {
    const before = process.cpuUsage();
    redact(text);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
  }
  return least;
}

test("a value that looks secret only after a part of it was redacted is redacted whole, at once", () => {
  const once = redactValue({ token: "password-----BEGIN PRIVATE KEY-----" });
  expect(redactValue(once)).toStrictEqual(once);
  expect(once).toStrictEqual({ token: "[redacted:token]" });
});
