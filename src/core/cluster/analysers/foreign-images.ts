/** A workload that runs the image of another one, where images are named after workloads. */
import { type Cause, evidenceOf, refText } from "../cause.js";
import type { Model, Owner } from "../model.js";
import { type Analyser, causeOf, isReady, isWanted } from "./draft.js";

/** So many workloads, and this share of them, run an image of their own name: then one that does not is odd. */
const NAMED_MIN = 3;
const NAMED_SHARE = 0.6;

/** `registry.example.com/shop/cart:v1` → `cart`. */
const imageName = (image: string | undefined): string | undefined =>
  image
    ?.replace(/@sha256:.*$/, "")
    .replace(/:[^/:]+$/, "")
    .split("/")
    .at(-1);
const plain = (name: string): string => name.toLowerCase().replace(/(?:service|svc|app|server)$|[^a-z0-9]/g, "");
const isOf = (image: string | undefined, name: string): boolean => {
  const [a, b] = [plain(image ?? ""), plain(name)];
  return a !== "" && b !== "" && (a.includes(b) || b.includes(a));
};

export const foreignImageCauses: Analyser = (model) => {
  const places = [...new Set(model.owners.map(({ ref }) => ref.namespace))];
  return places.flatMap((namespace) => foreignIn(model, namespace));
};

function foreignIn(model: Model, namespace: string | undefined): Cause[] {
  const owners = model.owners.filter(
    ({ ref, spec }) => ref.namespace === namespace && ref.kind !== "Pod" && spec?.containers[0]?.image !== undefined,
  );
  const own = owners.filter((owner) => isOf(nameIn(owner), owner.ref.name));
  if (own.length < NAMED_MIN || own.length / owners.length < NAMED_SHARE) return [];
  return owners
    .filter((owner) => !own.includes(owner) && owner.pods.some((pod) => isWanted(pod) && !isReady(pod)))
    .flatMap((owner): Cause[] => {
      const image = nameIn(owner) ?? "";
      const other = own.find((one) => one !== owner && nameIn(one) === image);
      if (other === undefined) return [];
      const text = owner.spec?.containers[0]?.image ?? "";
      return [
        causeOf(
          "k8s-image-of-another-workload",
          owner.ref,
          `${refText(owner.ref)} runs the image of ${refText(other.ref)}`,
          {
            evidence: [evidenceOf(owner.ref, "image", text), evidenceOf(other.ref, "image", text)],
            affects: [owner.ref],
            weight: 0.88,
          },
        ),
      ];
    });
}

const nameIn = ({ spec }: Owner): string | undefined => imageName(spec?.containers[0]?.image);
