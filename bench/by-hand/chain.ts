/** Ten activities, one after the other; each takes what the one before it returned. */
import { type ByHandInput, checked, noop, show } from "./frame.js";

export async function chain(input: ByHandInput): Promise<{ n: number }> {
  const { requester } = input;
  const verdict = await checked(input);
  let last = { n: 0 };
  for (let count = 0; count < 10; count++) last = await noop({ params: last, requester, retries: 2 });
  show(verdict, "succeeded", "none");
  return last;
}
