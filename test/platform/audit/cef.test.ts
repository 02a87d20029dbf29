/** CEF: a reader of its own takes back exactly what was recorded, whatever the values hold. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { cefOf } from "../../../src/platform/audit/cef.js";
import { EMPTY_HEAD, sealRecord } from "../../../src/platform/audit/record.js";
import { AUDIT_EVENTS, type AuditEntry } from "../../../src/schema/audit.js";

const record = (entry: AuditEntry) => sealRecord({ entry, timeMs: Date.parse("2026-03-01T10:00:00.000Z") }, EMPTY_HEAD);

/** Reads a line as the format's description says: seven bars that are not escaped, then `key=value` pairs. */
function read(line: string): { header: string[]; fields: Record<string, string> } {
  const parts = line.match(/^((?:\\.|[^\\|])*\|){7}/)?.[0] ?? "";
  const header = [...parts.matchAll(/((?:\\.|[^\\|])*)\|/g)].map(([, part = ""]) => part.replace(/\\(.)/g, "$1"));
  const fields: Record<string, string> = {};
  const pairs = line.slice(parts.length).matchAll(/(?:^| )([A-Za-z0-9]+)=((?:\\.|[^\\=])*?)(?= [A-Za-z0-9]+=|$)/g);
  for (const [, key = "", value = ""] of pairs) {
    fields[key] = value.replace(/\\(.)/g, (_, char: string) => ({ n: "\n", r: "\r" })[char] ?? char);
  }
  return { header, fields };
}

test("a record keeps its time, who, where and why, under the names of the format", () => {
  const entry: AuditEntry = {
    event: "grant-refused",
    actor: "rita",
    channel: "cli",
    run: "r1",
    node: "mend",
    code: "grant-invalid",
  };
  const line = cefOf(record({ ...entry, details: { reason: "approved by nobody" } }), "0.1.0");
  const { header, fields } = read(line);
  expect(header).toEqual(["CEF:0", "AutoOps", "AutoOps Architect", "0.1.0", "grant-refused", "grant refused", "8"]);
  expect(fields).toMatchObject({
    rt: String(Date.parse("2026-03-01T10:00:00.000Z")),
    externalId: "1",
    suser: "rita",
    app: "cli",
    reason: "grant-invalid",
    cs1: "r1",
    cs1Label: "run",
    cs3: "mend",
    msg: '{"reason":"approved by nobody"}',
  });
});

test("no value can end a line, a header field or a pair, and each is read back as it was", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "|", "=", "\\", "\n", "\r", " ", "n", "é", "cs1=x", "\u2028", "\u0000"),
  });
  fc.assert(
    fc.property(fc.constantFrom(...AUDIT_EVENTS), text, text, (event, actor, run) => {
      const sealed = record({ event, actor, run });
      const line = cefOf(sealed, "1|2\\3\n4");
      expect(line).not.toMatch(/[\r\n\u0000-\u001f\u2028]/);
      const { header, fields } = read(line);
      expect(header).toHaveLength(7);
      expect(header.slice(3, 5)).toEqual(["1|2\\3 4", event]);
      const shown = (value: string) => value.replace(/\u2028+/g, " ").replaceAll("\u0000", "\\x00");
      expect(fields.suser ?? "").toBe(shown(sealed.actor ?? ""));
      expect(fields.cs1 ?? "").toBe(shown(sealed.run ?? ""));
      expect(fields.cs5).toBe(sealed.hash);
    }),
    { numRuns: 300 },
  );
});
