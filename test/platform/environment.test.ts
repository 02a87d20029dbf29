import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { readEnvironment } from "../../src/platform/environment.js";

describe("the environment", () => {
  test("without variables the home is ~/.autoops and the log level info, and nothing else is set", () => {
    const read = readEnvironment({ HOME: "/home/ana" });
    expect(read).toMatchObject({ ok: true, environment: { home: "/home/ana/.autoops", logLevel: "info" } });
    const set = read.ok ? Object.entries(read.environment).filter(([, value]) => value !== undefined) : [];
    const names = ["home", "logLevel", "payloadKeys", "payloadRequired", "secretFrom", "variables"];
    expect(set.map(([name]) => name)).toStrictEqual(names);
    expect(read).toMatchObject({ environment: { payloadKeys: [], payloadRequired: false } });
    expect(readEnvironment({})).toMatchObject({ ok: true, environment: { home: join(homedir(), ".autoops") } });
  });

  test("every variable is read", () => {
    const variables = {
      HOME: "/home/ana",
      AUTOOPS_HOME: "/srv/autoops",
      AUTOOPS_SAFETY_CONFIG: "~/safety.yaml",
      AUTOOPS_CONFIG: "config.yaml",
      AUTOOPS_ENABLE_REMEDIATION: "1",
      AUTOOPS_REQUIRE_APPROVAL: "true",
      AUTOOPS_DRY_RUN: "0",
      AUTOOPS_LOG_LEVEL: "WARNING",
      AUTOOPS_APPROVAL_KEY_FILE: "/keys/approval.pem",
      SHOP_TOKEN: "abc",
    };
    const read = readEnvironment(variables);
    expect(read).toMatchObject({
      ok: true,
      environment: {
        home: "/srv/autoops",
        safetyConfig: "/home/ana/safety.yaml",
        config: resolve("config.yaml"),
        enableRemediation: true,
        requireApproval: true,
        dryRun: false,
        logLevel: "warn",
        approvalKeyFile: "/keys/approval.pem",
      },
    });
    expect(read.ok && read.environment.secretFrom("SHOP_TOKEN")).toBe("abc");
    expect(read.ok && read.environment.secretFrom("toString")).toBeUndefined();
  });

  test("a value that cannot be used is a problem, not a default", () => {
    for (const [name, value] of [
      ["AUTOOPS_ENABLE_REMEDIATION", "yes"],
      ["AUTOOPS_ENABLE_REMEDIATION", ""],
      ["AUTOOPS_REQUIRE_APPROVAL", "TRUE"],
      ["AUTOOPS_DRY_RUN", " true"],
      ["AUTOOPS_DRY_RUN", "constructor"],
      ["AUTOOPS_LOG_LEVEL", "loud"],
      ["AUTOOPS_SAFETY_CONFIG", ""],
      ["AUTOOPS_HOME", "  "],
    ] as const) {
      const read = readEnvironment({ [name]: value });
      expect.soft(read, `${name}=${value}`).toMatchObject({
        ok: false,
        problems: [{ code: "environment-variable-invalid", at: name }],
      });
    }
  });

  test("a build is named together with its deployment, or neither is", () => {
    const both = readEnvironment({ AUTOOPS_DEPLOYMENT_NAME: "autoops", AUTOOPS_BUILD_ID: "1.4.0-3fa2c1d" });
    expect(both).toMatchObject({
      ok: true,
      environment: { deployment: { name: "autoops", buildId: "1.4.0-3fa2c1d" } },
    });
    for (const [alone, missing] of [
      ["AUTOOPS_DEPLOYMENT_NAME", "AUTOOPS_BUILD_ID"],
      ["AUTOOPS_BUILD_ID", "AUTOOPS_DEPLOYMENT_NAME"],
    ] as const) {
      const read = readEnvironment({ [alone]: "v1" });
      expect(read.ok ? [] : read.problems).toMatchObject([{ code: "environment-variable-invalid", at: missing }]);
    }
  });

  test("a deployment's name and a build are no text that Temporal would read in another way", () => {
    for (const value of ["", " ", "a.b", "a:b", "a/b", "-a", "__a", "a".repeat(101), "ä"]) {
      const read = readEnvironment({ AUTOOPS_DEPLOYMENT_NAME: value, AUTOOPS_BUILD_ID: "1" });
      expect.soft(read, value).toMatchObject({ ok: false, problems: [{ at: "AUTOOPS_DEPLOYMENT_NAME" }] });
    }
    for (const value of ["", "a:b", "a b", ".a"]) {
      const read = readEnvironment({ AUTOOPS_DEPLOYMENT_NAME: "a", AUTOOPS_BUILD_ID: value });
      expect.soft(read, value).toMatchObject({ ok: false, problems: [{ at: "AUTOOPS_BUILD_ID" }] });
    }
  });

  test("all problems are told at once", () => {
    const read = readEnvironment({ AUTOOPS_DRY_RUN: "maybe", AUTOOPS_LOG_LEVEL: "loud" });
    expect(read.ok ? [] : read.problems.map(({ at }) => at)).toStrictEqual(["AUTOOPS_LOG_LEVEL", "AUTOOPS_DRY_RUN"]);
  });

  test("a worker listens on this machine alone unless an address is named", () => {
    const read = (value: string) => {
      const given = readEnvironment({ AUTOOPS_WORKER_METRICS_ADDRESS: value });
      return given.ok ? given.environment.workerMetrics : given.problems.map(({ at }) => at);
    };
    expect(read("9464")).toEqual({ host: "127.0.0.1", port: 9464 });
    expect(read("localhost:9464")).toEqual({ host: "127.0.0.1", port: 9464 });
    expect(read("0.0.0.0:9464")).toEqual({ host: "0.0.0.0", port: 9464 });
    expect(read("[::1]:65535")).toEqual({ host: "::1", port: 65_535 });
    const unusable = [
      "",
      "0",
      "65536",
      ":9464",
      "::1:9464",
      "[127.0.0.1]:1",
      "host:9464",
      "1.2.3:80",
      "http://[::1]:80",
    ];
    for (const value of unusable) expect.soft(read(value), value).toEqual(["AUTOOPS_WORKER_METRICS_ADDRESS"]);
  });

  test("metrics and health of a worker want an address each", () => {
    const read = (health: string) =>
      readEnvironment({ AUTOOPS_WORKER_METRICS_ADDRESS: "9464", AUTOOPS_WORKER_HEALTH_ADDRESS: health });
    expect(read("9465").ok).toBe(true);
    expect(read("localhost:9464")).toMatchObject({ problems: [{ at: "AUTOOPS_WORKER_HEALTH_ADDRESS" }] });
  });
});
