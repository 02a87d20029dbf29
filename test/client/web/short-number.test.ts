import { expect, test } from "vitest";
import { shownNumber } from "../../../src/client/web/short-number.js";

test("numbers at the edge of a chart are short whatever their size", () => {
  const shown = [0, 0.2837, 27, 999, 9_999, 12_345, 4_050_000_000, -2_500_000, 3e13].map(shownNumber);
  expect(shown).toEqual(["0", "0.284", "27", "999", "10000", "12.3 k", "4.05 G", "-2.5 M", "30 T"]);
});
