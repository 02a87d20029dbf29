#!/bin/sh
# Installs the system packages that some tests use, as root on Debian or Ubuntu. Without them those tests are named skips.
# Prints what it installed, what was there, and what it skipped and why; fails only when an installation does.
set -eu

say() { echo "setup:test: $*"; }

# package:program that shows it is there
WANTED="chromium:chromium bubblewrap:bwrap prometheus:prometheus prometheus-alertmanager:prometheus-alertmanager
victoria-metrics:victoria-metrics faketime:faketime systemd:journalctl
systemd-journal-remote:/lib/systemd/systemd-journal-remote git:git
haproxy:haproxy nginx-light:nginx postgresql-15:/usr/lib/postgresql/15/bin/postgres redis-server:redis-server
rabbitmq-server:rabbitmq-server prometheus-node-exporter:prometheus-node-exporter
prometheus-postgres-exporter:prometheus-postgres-exporter prometheus-redis-exporter:prometheus-redis-exporter
prometheus-nginx-exporter:prometheus-nginx-exporter prometheus-blackbox-exporter:prometheus-blackbox-exporter
prometheus-process-exporter:prometheus-process-exporter
python3-prometheus-client:/usr/lib/python3/dist-packages/prometheus_client/__init__.py
python3-psycopg2:/usr/lib/python3/dist-packages/psycopg2/__init__.py
python3-pika:/usr/lib/python3/dist-packages/pika/__init__.py"

missing=""
for pair in $WANTED; do
  package=${pair%%:*}
  program=${pair#*:}
  if command -v "$program" >/dev/null 2>&1 || [ -e "$program" ]; then
    say "$package is there ($program)"
  else
    missing="$missing $package"
  fi
done

if [ -z "$missing" ]; then
  exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
  say "skipped$missing: no apt-get on this system; install them by hand"
  exit 0
fi
if [ "$(id -u)" != 0 ]; then
  say "skipped$missing: not root; run: sudo npm run setup:test"
  exit 0
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq || say "the package lists could not be refreshed; trying with those at hand"
there=""
for package in $missing; do
  if apt-cache show "$package" >/dev/null 2>&1; then
    there="$there $package"
  else
    say "skipped $package: this system has no such package"
  fi
done
if [ -n "$there" ]; then
  say "installing$there"
  # At once, for each call costs seconds. Services such as Prometheus are started by the tests alone, on ports of their own.
  # shellcheck disable=SC2086 # a list of names
  RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $there >/dev/null
  say "installed$there"
fi
