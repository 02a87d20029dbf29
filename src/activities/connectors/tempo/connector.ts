/** Sources of kind `tempo`. */
import { z } from "zod";
import type { SourceConnector } from "../contract.js";
import { SAMPLE_URL } from "../kit/limits.js";
import { servicesFound } from "../kit/source-checks.js";
import { readTempo } from "./traces.js";

const servicesSchema = z.object({ tagValues: z.array(z.string()) }).transform(({ tagValues }) => tagValues);

export const tempo: SourceConnector<"tempo"> = {
  kind: "tempo",
  urls: ({ url }) => [url],
  check: (source, context) =>
    servicesFound(
      source,
      { server: "Tempo", path: "/api/search/tag/service.name/values", schema: servicesSchema },
      context,
    ),
  readTraces: readTempo,
  sample: { kind: "tempo", url: SAMPLE_URL },
};
