/** Types of the lab for the test that uses it. */
export declare function missingPrograms(): string[];
export declare class Lab {
  readonly dir: string;
  readonly logs: string;
  readonly prometheusUrl: string;
  readonly alertmanagerUrl: string;
  static start(dir: string): Promise<Lab>;
  end(part: string, signal?: string): Promise<void>;
  again(part: string): void;
  query(expr: string): Promise<unknown[]>;
  alerts(): Promise<Array<{ labels: Record<string, string> }>>;
  managed(): Promise<Array<{ labels: Record<string, string>; status: { silencedBy: string[] } }>>;
  silence(label: string, value: string): Promise<void>;
  until(test: () => boolean | Promise<boolean>, most?: number): Promise<void>;
  stop(): Promise<void>;
}
