import { describe, expect, test } from "vitest";
import { hrefOf, routeOf, webAddress } from "../../../src/client/web/route.js";

describe("the page's addresses", () => {
  test.each([
    ["", { at: "runs" }],
    ["#/", { at: "runs" }],
    ["#/?status=failed", { at: "runs", status: "failed" }],
    ["#/new", { at: "new", from: "goal" }],
    ["#/new/file", { at: "new", from: "file" }],
    ["#/inbox", { at: "inbox" }],
    ["#/runs/a-b-1", { at: "run", runId: "a-b-1" }],
    ["#/incidents", { at: "incidents" }],
    ["#/incidents/alert-pager-0f", { at: "incident", id: "alert-pager-0f" }],
    ["#/incidents/", { at: "nowhere" }],
    ["#/schedules", { at: "schedules" }],
    ["#/runs/", { at: "nowhere" }],
    ["#/runs/%E0%A4%A", { at: "nowhere" }],
    ["#/runs/a/b", { at: "nowhere" }],
  ])("%s leads where it says", (hash, route) => {
    expect(routeOf(hash)).toEqual(route);
  });

  test("of a run lead back to it, whatever its id holds", () => {
    const runId = 'a/b?c#d "e"';
    expect(routeOf(hrefOf(runId))).toEqual({ at: "run", runId });
  });
});

describe("links to elsewhere", () => {
  test("lead to the web and nowhere else", () => {
    expect(webAddress("http://127.0.0.1:8233/namespaces/default")).toBe("http://127.0.0.1:8233/namespaces/default");
    expect(webAddress("https://temporal.example/x")).toBe("https://temporal.example/x");
    for (const text of [
      "javascript:alert(1)",
      "data:text/html,x",
      " https://a.example",
      "https://",
      "//a.example",
      "",
    ]) {
      expect(webAddress(text), text).toBeUndefined();
    }
    expect(webAddress(undefined)).toBeUndefined();
  });
});
