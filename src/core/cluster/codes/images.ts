/** Causes by which an image does not come: what each means, what would confirm it, what to do next. */
export const IMAGES = {
  "k8s-image-not-found": [
    "The registry has no image of that name and tag or digest.",
    "Ask the registry for the tag; compare with the image of the revision before.",
    "Correct the image of the workload, or roll back.",
  ],
  "k8s-image-of-another-workload": [
    "The workload runs the image of another one.",
    "Compare its image with its own name, and with the revision before.",
    "Correct the image of the workload, or roll back.",
  ],
  "k8s-image-name-invalid": [
    "The image's name is not valid.",
    "Read `image` of the container: a space, a capital letter, a colon too many, an unfilled variable.",
    "Correct the image of the workload.",
  ],
  "k8s-image-platform-unmatched": [
    "The image does not exist for the node's architecture.",
    "Compare the platforms of the image with `kubernetes.io/arch` of the node.",
    "Build the image for this platform, or choose nodes that it runs on.",
  ],
  "k8s-image-never-pulled": [
    "The image is not on the node, and imagePullPolicy Never keeps it from being pulled.",
    "Read imagePullPolicy of the container.",
    "Use IfNotPresent, or load the image on the node.",
  ],
  "k8s-registry-name-unresolved": [
    "The registry's name does not resolve.",
    "Resolve the registry's name on the node; compare it with the images of other workloads.",
    "Correct the registry in the image's name, or the DNS of the node.",
  ],
  "k8s-registry-unreachable": [
    "The registry does not answer: refused, timed out, no route.",
    "Connect from the node to the registry.",
    "Bring the registry or the way to it back.",
  ],
  "k8s-registry-rate-limited": [
    "The registry lets no more pulls through for now.",
    "The event says toomanyrequests or 429.",
    "Sign in to the registry, or pull through a mirror.",
  ],
  "k8s-registry-untrusted": [
    "The node does not trust the registry's certificate, or expects TLS from a server without it.",
    "The event says x509 or that HTTP was answered to HTTPS.",
    "Give the node the registry's authority, or renew its certificate.",
  ],
  "k8s-registry-access-denied": [
    "The registry does not let the pod's credentials read the image.",
    "Look whether imagePullSecrets name the right Secret, and sign in with its credentials.",
    "Correct the pull secret, or the rights on the registry. A name that does not exist may read the same.",
  ],
  "k8s-pull-secret-missing": [
    "The pull secret that the pod names does not exist.",
    "Compare imagePullSecrets with the Secrets of the namespace.",
    "Create the Secret, or correct its name.",
  ],
  "k8s-image-pull-failed": [
    "The image cannot be pulled, for a reason of its own.",
    "Read the event Failed of the pod.",
    "Act on what the runtime says.",
  ],
} as const;
