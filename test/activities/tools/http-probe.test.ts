/** http_probe: a bad answer, or none, is a result; what the policy refuses is a failure. */
import { describe, expect, test } from "vitest";
import { httpProbe } from "../../../src/activities/tools/http-probe.js";
import type { Config } from "../../../src/schema/config.js";
import type { JsonObject } from "../../../src/schema/json.js";
import { localServer, reachingContext } from "../../support/local-server.js";
import { configOf, failureOf } from "../../support/tool-context.js";

/** The service at `url` is declared, so its own origin may be probed on this machine. */
const declaring = (url: string): Config =>
  configOf({ sources: { shop: { kind: "exposition", url: `${url}/metrics` } } });
async function probe(params: JsonObject & { url: string }, context = reachingContext(declaring(params.url))) {
  return httpProbe.output.parse(await httpProbe.run(httpProbe.params.parse(params), context));
}

describe("a probe", () => {
  test("that is answered as expected is ok", async () => {
    const server = await localServer((_, response) => response.end("all is well"));
    const output = await probe(
      { url: `${server.url}/health`, contains: "well" },
      reachingContext(declaring(server.url)),
    );
    expect(output).toMatchObject({ url: `${server.url}/health`, status: 200, ok: true });
    expect(server.received).toMatchObject([{ method: "GET", url: "/health" }]);
  });

  test.each([
    [{ expect_status: [204] }, "expected 204"],
    [{ contains: "better" }, "does not hold"],
    [{ method: "HEAD", contains: "well" }, "does not hold"],
  ] as Array<[JsonObject, string]>)(
    "with %j that is answered otherwise is not ok, and says why",
    async (params, why) => {
      const server = await localServer((_, response) => response.end("all is well"));
      const output = await probe({ url: server.url, ...params });
      expect(output).toMatchObject({ status: 200, ok: false });
      expect(output.findings[0]?.evidence.join()).toContain(why);
    },
  );

  test("of an error page tells its beginning", async () => {
    const server = await localServer((_, response) => response.writeHead(500).end("database\nis gone"));
    const output = await probe({ url: server.url });
    expect(output).toMatchObject({ status: 500, ok: false });
    expect(output.findings[0]?.evidence.join()).toContain("database is gone");
  });

  test("of a service that is down or silent is not ok, without a status", async () => {
    const silent = await localServer(() => undefined);
    const late = await probe({ url: silent.url, timeout_seconds: 1 });
    expect(late).toMatchObject({ status: null, ok: false });
    expect(late.findings[0]?.evidence.join()).toContain("did not answer within 1000 ms");
    const refusedUrl = "http://127.0.0.1:1";
    expect(await probe({ url: refusedUrl })).toMatchObject({ status: null, ok: false });
  });

  test("follows redirects, unless one is what it expects", async () => {
    const server = await localServer((received, response) => {
      if (received.url === "/") response.writeHead(302, { location: "/home" });
      response.end();
    });
    expect(await probe({ url: `${server.url}/` })).toMatchObject({ status: 200, ok: true });
    expect(await probe({ url: `${server.url}/`, expect_status: [302] })).toMatchObject({ status: 302, ok: true });
  });

  test("of a place that nobody declared is refused, and nothing arrives there", async () => {
    const server = await localServer((_, response) => response.end());
    expect((await failureOf(probe({ url: server.url }, reachingContext(configOf())))).code).toBe("host-not-allowed");
    expect((await failureOf(probe({ url: server.url }, reachingContext(declaring("http://127.0.0.1:1"))))).code).toBe(
      "address-not-allowed",
    );
    expect(server.received).toEqual([]);
  });
});
