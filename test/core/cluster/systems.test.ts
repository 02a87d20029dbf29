/** Every fault in every kind of part of two whole systems, with others that suffer from it: the first guess is what is to mend. */
import { describe, expect, test } from "vitest";
import { refText } from "../../../src/core/cluster/cause.js";
import type { CauseCode } from "../../../src/core/cluster/codes.js";
import type { Fault } from "../../support/cluster-faults.js";
import { ALL_FAULTS } from "../../support/cluster-more-faults.js";
import {
  everydayNoise,
  keepOldPod,
  LESS,
  MODES,
  type Mode,
  type Part,
  SYSTEMS,
  type System,
  suffer,
} from "../../support/cluster-systems.js";
import { podsOf, verdictIn } from "../../support/cluster-world.js";

const PER_FAULT = 3;
/** Every way of suffering in every part; else each part has some of them. */
const isFull = process.env.SYSTEMS === "full";

function targetsOf({ parts }: System, { on }: Fault): Part[] {
  const isCalled = ({ name }: Part): boolean => parts.some(({ calls }) => calls.includes(name));
  const fits: Record<Fault["on"], (part: Part) => boolean> = {
    all: () => true,
    called: isCalled,
    store: ({ stack }) => stack === "store",
    calling: ({ calls }) => calls.length > 0,
    program: ({ stack }) => stack !== "store",
  };
  const all = parts.filter(fits[on]);
  const step = Math.max(1, Math.floor(all.length / PER_FAULT));
  return all.filter((_, index) => index % step === 0).slice(0, PER_FAULT);
}

interface How {
  way: number;
  mode: Mode;
  /** What is not known. */
  less: number;
}

interface Outcome {
  title: string;
  isRight: boolean;
  named: string;
}

function outcomeOf(make: () => System, fault: Fault, part: Part, how: How, title: string): Outcome {
  const system = make();
  const node = podsOf(system.world, part.name)[0]?.spec.nodeName;
  const kind = part.kind ?? "Deployment";
  const { way, mode, less } = how;
  everydayNoise(system);
  const template = structuredClone(podsOf(system.world, part.name)[0]);
  fault.ways[way]?.(system.world, part.name, system);
  if (mode === "old pod serves") keepOldPod(system, part.name, template);
  suffer(system, part.name, fault.failure, mode);
  LESS[less]?.(system.world);
  const { causes } = verdictIn(system.world);
  const wanted = [fault.object].flat().map((one) =>
    one === "@"
      ? `${kind} shop/${part.name}`
      : one
          .replace("#", node)
          .replace(/^(\w+) @$/, `$1 shop/${part.name}`)
          .replace("@", part.name),
  );
  const fits = (cause: { code: CauseCode; object: Parameters<typeof refText>[0] } | undefined): boolean =>
    cause !== undefined &&
    fault.codes.includes(cause.code) &&
    wanted.some((one) =>
      one.endsWith("*") ? refText(cause.object).startsWith(one.slice(0, -1)) : one === refText(cause.object),
    );
  return {
    title: `${title}, ${part.name}, way ${way + 1}, ${mode}, less ${less}`,
    isRight: fits(causes[0]),
    named: causes
      .slice(0, 3)
      .map(({ code, object, score }) => `${code} ${refText(object)} ${score}`)
      .join(" | "),
  };
}

/** Who would notice: the silent hurt nobody, and a fault that only callers know of is not there without them. */
function modesOf({ isTold }: System, { needsCallers, failure, rolls }: Fault, { kind }: Part): Mode[] {
  const isHidden = needsCallers === "always" || (needsCallers !== undefined && !isTold);
  if (failure === "none") return ["complaints"];
  return MODES.filter((mode) =>
    mode === "silent" ? !isHidden : mode === "old pod serves" ? rolls === true && kind === undefined : true,
  );
}

describe.each(Object.entries(SYSTEMS))("in %s", (_, make) => {
  test.each(Object.entries(ALL_FAULTS))("%s", (title, fault) => {
    expect(fault.ways.length).toBeGreaterThanOrEqual(3);
    const system = make();
    let turn = 0;
    const outcomes = targetsOf(system, fault).flatMap((part, index) => {
      const modes = modesOf(system, fault, part);
      const some = modes.filter((_, at) => isFull || at % PER_FAULT === index % PER_FAULT);
      return (some.length > 0 ? some : modes).map((mode) =>
        outcomeOf(make, fault, part, { way: turn % fault.ways.length, mode, less: turn++ % LESS.length }, title),
      );
    });
    const wrong = outcomes
      .filter(({ isRight }) => !isRight)
      .map(({ title: which, named }) => `${which}: ${named || "nothing"}`);
    expect(wrong).toEqual([]);
  });
});

test.each(Object.entries(SYSTEMS))("%s is well, with everyday noise", (_, make) => {
  const system = make();
  everydayNoise(system);
  expect(verdictIn(system.world).causes).toEqual([]);
});
