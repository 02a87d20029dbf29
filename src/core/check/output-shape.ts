/** The part of JSON Schema that outputs are declared in. What is not here may be anything. */
export interface OutputShape {
  type?: unknown;
  properties?: Readonly<Record<string, OutputShape>>;
  additionalProperties?: boolean | OutputShape;
  items?: OutputShape | boolean;
  prefixItems?: readonly OutputShape[];
  anyOf?: readonly OutputShape[];
  oneOf?: readonly OutputShape[];
  allOf?: readonly OutputShape[];
  $ref?: string;
  $defs?: Readonly<Record<string, OutputShape>>;
}
