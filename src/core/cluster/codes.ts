/** The one table of causes in a cluster. Codes are stable: a cause that is split keeps its code for the rest. */
import { ADMISSION } from "./codes/admission.js";
import { CONTROLLERS, NODES } from "./codes/control.js";
import { IMAGES } from "./codes/images.js";
import { NETWORK } from "./codes/network.js";
import { CONFIGURATION, RUN_TIME } from "./codes/programs.js";
import { SCHEDULING } from "./codes/scheduling.js";
import { PROBE_CODES, START } from "./codes/start.js";
import { STORAGE } from "./codes/storage.js";

const FAMILIES = {
  scheduling: SCHEDULING,
  images: IMAGES,
  start: START,
  probes: PROBE_CODES,
  admission: ADMISSION,
  network: NETWORK,
  storage: STORAGE,
  controllers: CONTROLLERS,
  nodes: NODES,
  "run time": RUN_TIME,
  configuration: CONFIGURATION,
} as const;
export type CauseFamily = keyof typeof FAMILIES;
type KeysOf<T> = T extends T ? keyof T : never;
export type CauseCode = Extract<KeysOf<(typeof FAMILIES)[CauseFamily]>, string>;

export interface CauseMeaning {
  family: CauseFamily;
  means: string;
  /** What would confirm it. */
  confirm: string;
  next: string;
}

export const CAUSES = Object.fromEntries(
  Object.entries(FAMILIES).flatMap(([family, codes]) =>
    Object.entries(codes).map(([code, [means, confirm, next]]) => [code, { family, means, confirm, next }]),
  ),
) as unknown as Record<CauseCode, CauseMeaning>;
