/** The report: what was found, done and decided, in words that data cannot forge. */
import { describe, expect, test } from "vitest";
import { plain, span } from "../../src/core/report/plain.js";
import { viewOf } from "../../src/core/report/view.js";
import { type Report, reportOf } from "../../src/core/report.js";
import { drive, type Script } from "../support/driver.js";
import { checked, graphOf, openPolicy, write } from "../support/graphs.js";

function report(script: Script, graph = checked(graphOf(["look", write("act")], ["look>act"]))): Report {
  const { run } = drive(graph, script);
  const view = viewOf(run, { runId: "run-1", runKey: "key", requester: "rita" });
  return reportOf(view, run.state.outcome ?? "failed", run.state.endedAtMs ?? 0);
}

describe("a report", () => {
  test("cites the node and the evidence of each finding", () => {
    const findings = [{ statement: "errors rose", evidence: ["27 % of 405 lines"] }];
    const { text } = report({ outputs: { look: { findings } } });
    expect(text).toContain("- **node look** [look]\n  - errors rose\n    - 27 % of 405 lines");
  });

  test("says who approved, and whether a signature was verified", () => {
    expect(report({}).text).toMatch(/approved by ann at .* \(signature verified\)/);
  });

  test("says that a rejected action was not carried out, and why", () => {
    const { text, outcome } = report({ ends: { act: ["reject"] } });
    expect(outcome).toBe("rejected");
    expect(text).toContain("- node act [act] was not carried out: rejected by ann.");
  });

  test("says of a write whose outcome is unknown that a person must look", () => {
    const graph = checked(graphOf([write("act")]));
    const { run } = drive(graph);
    const view = viewOf(run, { runId: "r", runKey: "k", requester: "rita" });
    const act = view.nodes[0];
    if (act === undefined) throw new Error("the view has the node");
    const failed = {
      ...act,
      status: "failed" as const,
      failure: { code: "outcome-unknown" as const, message: "no answer" },
    };
    const { text } = reportOf({ ...view, nodes: [failed] }, "failed", 10);
    expect(text).toContain("may or may not have happened: look.");
  });

  test("of a dry run says that nothing was executed", () => {
    const graph = checked(graphOf(["look", write("act")], ["look>act"]), openPolicy({ dry_run: true }));
    expect(report({}, graph).text).toContain("Dry run: nothing was executed and no backend was contacted.");
  });

  test("carries no outputs", () => {
    expect(JSON.stringify(report({ outputs: { look: { secret_text: "do not carry me" } } }))).not.toContain(
      "do not carry me",
    );
  });

  test("lists of a large graph only what did not simply succeed", () => {
    const ids = Array.from({ length: 100 }, (_, index) => `n${index}`);
    const graph = checked(
      graphOf(
        ids,
        ids.slice(1).map((id) => `n0>${id}`),
      ),
    );
    const { text } = report({ ends: { n7: ["fail"] } }, graph);
    expect(text).toContain("- failed · node n7 [n7]");
    expect(text).toContain("- and 99 more");
  });
});

test("data in Markdown has no markup of its own", () => {
  expect(plain("a\n# b [x](javascript:1) <i> `c` | d")).toBe("a \\# b \\[x\\](javascript:1) \\<i\\> \\`c\\` \\| d");
});

test.each([
  [-5, "0 ms"],
  [850, "850 ms"],
  [12_300, "12 s"],
  [185_000, "3 min 5 s"],
  [180_000, "3 min"],
])("%d ms is told as %s", (ms, text) => {
  expect(span(ms)).toBe(text);
});
