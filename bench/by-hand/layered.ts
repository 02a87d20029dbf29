/** Layers of four activities; each activity follows two of the layer before. */
import { type ByHandInput, checked, noop, show } from "./frame.js";

export async function layered(input: ByHandInput & { count: number }): Promise<{ n: number }> {
  const { requester } = input;
  const verdict = await checked(input);
  const call = { params: {}, requester, retries: 2 };
  const after = async (left: Promise<unknown> | undefined, right: Promise<unknown> | undefined) => {
    await left;
    await right;
    return noop(call);
  };
  let layer: Array<ReturnType<typeof noop>> = [];
  for (let placed = 0; placed < input.count; placed += 4) {
    const above = layer;
    layer = [0, 1, 2, 3].map((column) => after(above[column], above[(column + 1) % 4]));
  }
  const [last = { n: 0 }] = await Promise.all(layer);
  show(verdict, "succeeded", "none");
  return last;
}
