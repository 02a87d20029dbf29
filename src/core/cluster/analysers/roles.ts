/** Role bindings that lead nowhere. */
import { type Cause, evidenceOf, refText } from "../cause.js";
import { refOf } from "../model.js";
import { type Analyser, causeOf } from "./draft.js";

export const roleCauses: Analyser = (model) =>
  model.facts.objects.RoleBinding.flatMap((binding): Cause[] => {
    const { namespace } = binding.metadata;
    const { kind, name = "" } = binding.roleRef ?? {};
    if (kind !== "Role" || !model.knows("Role", namespace) || model.has("Role", name, namespace)) return [];
    const ref = refOf("RoleBinding", binding);
    const accounts = binding.subjects
      .filter((one) => one.kind === "ServiceAccount" && (one.namespace ?? namespace) === namespace)
      .map((one) => one.name);
    const affects = model.owners
      .filter(
        ({ ref: owner, spec }) =>
          owner.namespace === namespace && accounts.includes(spec?.serviceAccountName ?? "default"),
      )
      .map((owner) => owner.ref);
    const weight = affects.length > 0 ? 0.8 : 0.4;
    return [
      causeOf("k8s-role-missing", ref, `${refText(ref)} binds the Role ${name}, which does not exist`, {
        evidence: [evidenceOf(ref, "roleRef", name)],
        affects,
        weight,
      }),
    ];
  });
