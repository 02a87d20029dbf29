/** A `runGraph` of a build that cannot go on with any run: what a bug of ours would look like from outside. */
export async function runGraph(): Promise<never> {
  throw new Error("this build cannot go on");
}
