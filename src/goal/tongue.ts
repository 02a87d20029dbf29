/** What is known of a language's way to give a model other orders. Stems of plain text: lower case, Latin without accents. */
export interface Tongue {
  /** Ignore, forget, disregard, do not follow. */
  setAside: string;
  /** Instructions, prompts, directives; and rules where they are the model's. */
  orders: string;
  /** All that was said, everything above or before. */
  allSaid: string;
  /** Show, tell, give, repeat, what is. */
  asks: string;
  /** System prompt, your instructions. */
  prompt: string;
  /** Password, secret key. */
  secret: string;
  /** Without or skip … approval. */
  ungated: string;
  /** You are now …, act as … without limits. */
  becomes: string;
}
