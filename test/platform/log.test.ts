/** The log where it cannot be written. */
import { closeSync, existsSync, openSync } from "node:fs";
import { expect, test } from "vitest";
import { createLog, linesTo } from "../../src/platform/log.js";

test.skipIf(!existsSync("/dev/full"))(
  "a line for which there is no room is lost, and whoever writes it goes on (skipped: there is no /dev/full)",
  () => {
    const fd = openSync("/dev/full", "w");
    try {
      const log = createLog("info", linesTo(fd));
      for (let line = 0; line < 3; line++) {
        expect(() => log.child({ node: "rollback" }).info("node succeeded")).not.toThrow();
      }
    } finally {
      closeSync(fd);
    }
  },
);
