/** One activity, then twenty with at most five at once, then one. */
import { type ByHandInput, checked, noop, show } from "./frame.js";

export async function diamond(input: ByHandInput): Promise<{ n: number }> {
  const { requester } = input;
  const verdict = await checked(input);
  const call = { params: {}, requester, retries: 2 };
  await noop(call);
  let left = 20;
  const lane = async () => {
    while (left-- > 0) await noop(call);
  };
  await Promise.all([lane(), lane(), lane(), lane(), lane()]);
  const last = await noop(call);
  show(verdict, "succeeded", "none");
  return last;
}
