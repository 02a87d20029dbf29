/** A report as HTML and as the draft of a post-mortem: the answer first, and no markup that data brought. */
import { expect, test } from "vitest";
import { answerOf } from "../../../src/core/answer/build.js";
import { UTC } from "../../../src/core/answer/times.js";
import { reportHtml } from "../../../src/core/report/html.js";
import { postmortemMarkdown } from "../../../src/core/report/postmortem.js";
import { viewOf } from "../../../src/core/report/view.js";
import { type Report, reportOf } from "../../../src/core/report.js";
import { BEGAN_MS, FOUND, scene } from "../../support/answers.js";
import { drive } from "../../support/driver.js";
import { checked, graphOf, write } from "../../support/graphs.js";

const EVIL = '<script>alert(1)</script> [x](javascript:1) "a" & b';

function made(): Report {
  const graph = checked(graphOf([{ id: "look", name: EVIL }, write("act")], ["look>act"]));
  const { run } = drive(graph, { outputs: { look: { findings: [{ statement: EVIL, evidence: [EVIL] }] } } });
  const view = viewOf(run, { runId: "run-1", runKey: "key", requester: EVIL });
  return reportOf(view, run.state.outcome ?? "failed", run.state.endedAtMs ?? 0);
}

test("HTML holds nothing of the data as markup", () => {
  const report = made();
  const page = reportHtml(report, answerOf(scene({ outputs: { cause: { ...FOUND, rule: EVIL } } })), UTC);
  expect(page).not.toContain("<script>");
  expect(page).toContain("&lt;script&gt;");
  expect(page.indexOf("27 %")).toBeLessThan(page.indexOf("<details>"));
});

test("a post-mortem begins with the answer and leaves room for what only people know", () => {
  const draft = postmortemMarkdown({ ...made(), endedAtMs: BEGAN_MS }, answerOf(scene({})), UTC);
  expect(draft.split("\n").findIndex((line) => line.includes("0 % of requests fail"))).toBeLessThan(12);
  expect(draft).toContain("- Users affected: *(to be filled in)*");
  expect(draft).toContain("ann: approve");
  expect(draft).toContain("- [ ] Keep version 2 out until its errors are understood.");
  expect(draft).not.toContain("<script>");
});
