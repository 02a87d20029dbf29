/** Where results are kept that are too large for history. */

/** Results too large for history, kept outside it by content. */
export interface BlobStore {
  /** Returns a reference `blob:sha256:<hex>`; the same bytes give the same reference. */
  put(data: string): Promise<string>;
  /** Throws `ToolFailure` where the reference is unknown or the bytes do not match it. */
  get(reference: string): Promise<string>;
}
