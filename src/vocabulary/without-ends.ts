/**
 * Texts without such signs at their ends. An expression for it (`/[,\s]+$/`) tries each run of them in the whole text, and
 * takes the square of a run's length. Loaded by the workflow sandbox: imports nothing.
 */

/** `sign` is an expression for one character. */
export function withoutEnd(text: string, sign: RegExp): string {
  let end = text.length;
  while (end > 0 && sign.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

export function withoutEnds(text: string, sign: RegExp): string {
  const rest = withoutEnd(text, sign);
  let start = 0;
  while (start < rest.length && sign.test(rest.charAt(start))) start++;
  return rest.slice(start);
}
