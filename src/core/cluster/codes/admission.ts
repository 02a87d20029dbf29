/** Causes by which the API takes no pods, or refuses what they ask: meaning, confirmation, next action. */
export const ADMISSION = {
  "k8s-quota-exceeded": [
    "A resource quota of the namespace leaves no room.",
    "Compare used and hard of the quota.",
    "Raise the quota, lower what is asked for, or remove something.",
  ],
  "k8s-quota-needs-requests": [
    "A quota counts requests or limits, and the pod says none.",
    "The event says that the pod must specify them.",
    "Give the containers requests and limits, or a LimitRange with defaults.",
  ],
  "k8s-limit-range-violated": [
    "A container asks for more or less than the LimitRange of the namespace allows.",
    "Compare the container's resources with the LimitRange.",
    "Correct the resources of the workload, or the LimitRange.",
  ],
  "k8s-limit-range-default-too-small": [
    "The LimitRange of the namespace gives containers that name no limit one in which they cannot run.",
    "Compare the default of the LimitRange with the limits of the pod, and with its template.",
    "Raise the default of the LimitRange, or name a limit in the workload.",
  ],
  "k8s-webhook-denied": [
    "An admission webhook or policy refuses the pods.",
    "Read what the webhook says.",
    "Change the workload so that the rule lets it pass, or have the rule changed.",
  ],
  "k8s-webhook-unreachable": [
    "An admission webhook does not answer, so nothing that it watches is taken.",
    "Look at the service and pods behind the webhook, and its certificate.",
    "Bring the webhook's service back, or set failurePolicy Ignore.",
  ],
  "k8s-pod-security-violated": [
    "The namespace's pod security level refuses the pods.",
    "Compare the labels pod-security.kubernetes.io of the namespace with the security context.",
    "Give the workload the security context that the level demands.",
  ],
  "k8s-service-account-missing": [
    "The pods' service account does not exist.",
    "List the ServiceAccounts of the namespace.",
    "Create the account, or correct serviceAccountName.",
  ],
  "k8s-priority-class-missing": [
    "The pods' priority class does not exist.",
    "List the PriorityClasses.",
    "Create it, or correct priorityClassName.",
  ],
  "k8s-pod-template-invalid": [
    "The API refuses the pods that the template makes.",
    "Read the event FailedCreate.",
    "Correct the field that it names in the workload.",
  ],
  "k8s-account-rights-missing": [
    "The workload asks the API for what its service account may not do.",
    "Read the log for forbidden; list the RoleBindings of the account.",
    "Bind a Role with that verb and resource to the account.",
  ],
  "k8s-account-token-missing": [
    "The program wants the token of its service account, and none is mounted.",
    "Read automountServiceAccountToken of pod and account.",
    "Mount it, if the program shall ask the API.",
  ],
  "k8s-role-missing": [
    "A RoleBinding names a Role that does not exist.",
    "List the Roles of the namespace.",
    "Create the Role, or correct the binding.",
  ],
} as const;
