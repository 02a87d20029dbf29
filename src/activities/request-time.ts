/**
 * Gives back when it was asked. A quick activity may be answered in one workflow task live and in an earlier one on
 * replay (where a query was answered in between), so that the workflow's clock after it is not the same twice. What
 * stands in the activity's result is.
 */
export function withRequestTime<Input, Result extends object>(activity: (input: Input) => Promise<Result>) {
  return async (input: Input, atMs?: number): Promise<Result & { atMs?: number }> => {
    const result = await activity(input);
    return atMs === undefined ? result : { ...result, atMs };
  };
}
