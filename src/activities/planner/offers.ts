/** The playbooks as a form offers them: what each is for, and what its parameters may be. */
import type { Config } from "../../schema/config.js";
import type { Parameter, ParameterOffer, Playbook, PlaybookOffer } from "../../schema/playbook.js";
import { candidatesOf } from "./fill.js";
import { writes } from "./parts.js";

export function offersOf(playbooks: readonly Playbook[], config: Config): PlaybookOffer[] {
  return playbooks.map((playbook) => {
    const { id, title, version, description, goals, parameters } = playbook;
    return {
      id,
      title,
      version,
      description,
      goals,
      writes: writes(playbook),
      parameters: Object.entries(parameters).map(([name, parameter]) => offerOf(name, parameter, config)),
    };
  });
}

function offerOf(name: string, parameter: Parameter, config: Config): ParameterOffer {
  const { type, description, required } = parameter;
  const choices = candidatesOf(parameter, config);
  const given = "default" in parameter ? parameter.default : undefined;
  return {
    name,
    type,
    description,
    required,
    default: given,
    choices,
  };
}
