import { describe, expect, test } from "vitest";
import { meaningOf } from "../../../../../src/activities/tools/kit/investigation/series-meaning.js";

const service = (name: string, kind: string) => ({
  ...{ name, kinds: [kind], labels: {}, instances: [], also: [], calls: [], runs_on: [], signals: {} },
});
const RISE = { at: 10, before: 10, after: 40, strength: 9 };

describe("what a shift of a series means", () => {
  test.each(["node_netstat_TcpExt_TCPTimeouts", "node_vmstat_pgsteal_kswapd_retry", "node_disk_io_time_seconds_total"])(
    "words in the name of what a machine counts say nothing: %s",
    (name) => {
      expect(meaningOf(name, {}, RISE, service("box", "node"), [])).toMatchObject({ sign: "changed", sure: 0.2 });
    },
  );

  test("the same words in what an application counts do", () => {
    const told = meaningOf("shop_upstream_timeouts_total", {}, RISE, service("shop", "service"), []);
    expect(told).toMatchObject({ sign: "errors", own: false });
  });
});
