/** Published made-up incidents of a cluster (the OpenSRE half under ../shared/data): each ends as its answer says. */
import { describe, expect, test } from "vitest";
import { verdictOn } from "../../../src/core/cluster/analyse.js";
import { OPENSRE_NAMED, OPENSRE_PRESENT, opensreFacts, opensreNames } from "../../support/opensre.js";

describe.skipIf(!OPENSRE_PRESENT)("incidents of OpenSRE (needs ../shared/data/opensre)", () => {
  test.each(opensreNames())("%s", (name) => {
    const { causes } = verdictOn(opensreFacts(name));
    const [first] = causes.map(({ code, object }) => `${code} ${object.kind} ${object.name}`);
    expect(first, JSON.stringify(causes.map(({ code, what }) => [code, what]))).toBe(OPENSRE_NAMED[name]);
  });
});
