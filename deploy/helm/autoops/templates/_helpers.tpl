{{- define "autoops.name" -}}
{{- printf "%s" .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "autoops.selector" -}}
app.kubernetes.io/name: autoops
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "autoops.labels" -}}
{{ include "autoops.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: worker
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "autoops.image" -}}
{{- $tag := .Values.image.tag | default .Chart.AppVersion -}}
{{- if eq $tag "latest" -}}{{ fail "image.tag must be a version, not latest" }}{{- end -}}
{{- $repository := required "image.repository must be given" .Values.image.repository -}}
{{- $repository }}:{{ $tag }}{{ with .Values.image.digest }}@{{ . }}{{ end -}}
{{- end -}}

{{- define "autoops.claim" -}}
{{- .Values.home.existingClaim | default (printf "%s-home" (include "autoops.name" .)) -}}
{{- end -}}

{{/* What cannot work is refused here, not found out by a worker. */}}
{{- define "autoops.check" -}}
{{- if and (gt (int .Values.replicaCount) 1) (ne .Values.home.accessMode "ReadWriteMany") -}}
{{- fail "replicaCount above 1 needs home.accessMode ReadWriteMany: all workers write one home" -}}
{{- end -}}
{{- if eq (empty .Values.approvalKey.existingSecret) (empty .Values.approvalPublicKeys.existingConfigMap) -}}
{{- fail "one of approvalPublicKeys.existingConfigMap and approvalKey.existingSecret must be given, and not both" -}}
{{- end -}}
{{- if and .Values.health.enabled .Values.metrics.enabled (eq (int .Values.health.port) (int .Values.metrics.port)) -}}
{{- fail "health.port and metrics.port must differ" -}}
{{- end -}}
{{- if ne (empty .Values.workerDeployment.name) (empty .Values.workerDeployment.buildId) -}}
{{- fail "workerDeployment.name and workerDeployment.buildId must be given together, or neither" -}}
{{- end -}}
{{- if and .Values.temporal.tls.existingSecret (not .Values.temporal.tls.enabled) -}}
{{- fail "temporal.tls.existingSecret needs temporal.tls.enabled" -}}
{{- end -}}
{{- range $name, $_ := .Values.secretEnv -}}
{{- if regexMatch "^(AUTOOPS_|TEMPORAL_|NODE_|LD_|PATH$|HOME$)" $name -}}
{{- fail (printf "secretEnv.%s is a name that the chart or the system sets" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
