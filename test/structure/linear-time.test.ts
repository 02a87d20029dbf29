/** Work on text grows with its length and no faster, whatever the text: one line of a log must not stop a worker. */
import { expect, test } from "vitest";
import { PrettyJson } from "../../src/activities/tools/logs/pretty-json.js";
import { HOSTILE_TEXTS, type HostileText } from "../support/hostile-texts.js";
import { type TextFunction, textFunctions } from "../support/text-functions.js";

const LENGTHS = [2_048, 8_192, 32_768];
/** Less than this, in microseconds of the processor, and no growth can be told from noise. */
const FLOOR_US = 15_000;
/** More than this is long enough to compare; a longer text would only take the test's own time. */
const ENOUGH_US = 60_000;
/** Four times the text: four times the work where it is linear, sixteen times where it is quadratic. */
const GROWTH_MAX = 9;

const PRETTY_JSON: TextFunction = {
  name: "an object of JSON over several lines",
  call(text) {
    const lines = new PrettyJson();
    for (const line of ["{", text, "}"]) lines.push(line);
    lines.text();
  },
};

test("every exported function of a text does work in proportion to its length", { timeout: 600_000 }, async () => {
  const functions = [...(await textFunctions()), PRETTY_JSON];
  const slow = functions.flatMap((one) =>
    HOSTILE_TEXTS.filter((text) => growsTooFast(one, text)).map((text) => `${one.name}: ${text.name}`),
  );
  expect(slow).toStrictEqual([]);
  expect(functions.length).toBeGreaterThan(150);
});

function growsTooFast({ call }: TextFunction, { of }: HostileText): boolean {
  for (const [index, length] of LENGTHS.entries()) {
    const text = of(length);
    const once = workOf(call, text, 1);
    const shorter = LENGTHS[index - 1];
    if (once < FLOOR_US || shorter === undefined) continue;
    // A collection of garbage may fall into one round or two; what grows too fast does so in each.
    const grows = (): boolean => workOf(call, text, 3) > Math.max(FLOOR_US, GROWTH_MAX * workOf(call, of(shorter), 3));
    if (grows() && grows() && grows()) return true;
    if (once > ENOUGH_US) return false;
  }
  return false;
}

/** Processor time, the least of several tries, so that a busy machine does not count. */
function workOf(call: (text: string) => void, text: string, tries: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < tries; attempt++) {
    const before = process.cpuUsage();
    try {
      call(text);
    } catch {
      // A refusal is an answer; how long it took is what counts.
    }
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
  }
  return least;
}
