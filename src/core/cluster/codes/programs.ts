/** Causes at run time and in what programs are told: what each means, what would confirm it, what to do next. */
export const RUN_TIME = {
  "k8s-memory-limit-close": [
    "A container uses nearly all the memory that it may.",
    "Compare its use with the limit over time.",
    "Raise the limit, or look for a leak, before it is killed.",
  ],
  "k8s-cpu-limit-close": [
    "A container uses all the CPU that it may, and is slowed down.",
    "Compare the throttled periods of the container with all of them.",
    "Raise the limit, or find out what it computes.",
  ],
  "k8s-container-restarted": [
    "A container was restarted lately and runs again.",
    "Read its last end, and the log before it.",
    "Mend what ended it.",
  ],
} as const;

export const CONFIGURATION = {
  "k8s-dependency-address-wrong": [
    "The workload is told an address of a dependency that does not exist.",
    "Compare the variable with the names of the services.",
    "Correct the variable of the workload.",
  ],
  "k8s-dependency-port-wrong": [
    "The workload is told a port of a dependency that its service does not have.",
    "Compare the variable with the ports of the service.",
    "Correct the variable of the workload.",
  ],
  "k8s-dependency-name-unresolved": [
    "A name that the workload calls does not resolve.",
    "Resolve the name inside the pod.",
    "Correct the name, or bring the service behind it back.",
  ],
  "k8s-dependency-refused": [
    "What the workload calls does not take connections.",
    "Connect to it from inside the pod.",
    "Bring the dependency back, or correct address and port.",
  ],
  "k8s-dependency-timing-out": [
    "What the workload calls does not answer in time.",
    "Connect to it from inside the pod; look for network policies.",
    "Mend the dependency or the way to it.",
  ],
  "k8s-dependency-credentials-wrong": [
    "A dependency does not accept the workload's credentials.",
    "Compare user and password in the Secret with the dependency's own.",
    "Correct the credentials.",
  ],
  "k8s-dependency-database-missing": [
    "The database, table or topic that the workload wants does not exist.",
    "List what the dependency has.",
    "Create it, run the migration, or correct the name.",
  ],
  "k8s-dependency-certificate-refused": [
    "The workload does not trust a dependency's certificate.",
    "Read the certificate that the dependency shows.",
    "Renew it, or give the workload its authority.",
  ],
  "k8s-setting-missing": [
    "The program wants a setting that nobody gives it.",
    "Compare the log with the variables of the container.",
    "Set it in the workload.",
  ],
  "k8s-setting-invalid": [
    "The program does not accept a setting or a configuration file.",
    "Read the log.",
    "Correct the setting.",
  ],
} as const;
