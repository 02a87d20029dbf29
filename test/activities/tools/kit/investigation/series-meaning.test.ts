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

  describe("hits and misses of a cache", () => {
    const shop = { ...service("shop", "service"), calls: ["store", "sessions"] };
    const known = [shop, service("sessions", "redis"), service("store", "postgres")];
    const FALL = { at: 10, before: 40, after: 2, strength: 9 };

    test.each([
      ["misses by a label", "cache_requests_total", { result: "miss" }, RISE],
      ["misses by the name", "shop_lookup_misses_total", {}, RISE],
      ["hits by a label", "cache_requests_total", { outcome: "hit" }, FALL],
      ["a share of hits", "session_hit_ratio", {}, FALL],
    ])("%s are of the cache that it calls", (_, name, labels, shift) => {
      expect(meaningOf(name, labels, shift, shop, known)).toMatchObject({
        ...{ service: "sessions", sign: "evicting", own: true },
      });
    });

    test("are its own where it calls none, and nobody's where nothing speaks of a cache", () => {
      const alone = service("shop", "service");
      expect(meaningOf("page_cache_misses_total", {}, RISE, alone, [alone])).toMatchObject({
        ...{ service: "shop", sign: "evicting" },
      });
      expect(meaningOf("deadline_misses_total", {}, RISE, alone, [alone])).not.toMatchObject({ sign: "evicting" });
      const store = service("store", "postgres");
      expect(meaningOf("pg_stat_database_blks_hit", {}, FALL, store, known)).not.toMatchObject({ sign: "evicting" });
    });

    test("more hits, or fewer misses, are no trouble", () => {
      expect(meaningOf("cache_hits_total", {}, RISE, shop, known)).not.toMatchObject({ sign: "evicting" });
      expect(meaningOf("cache_misses_total", {}, FALL, shop, known)).not.toMatchObject({ sign: "evicting" });
    });
  });
});
