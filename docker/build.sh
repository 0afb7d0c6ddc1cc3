#!/usr/bin/env bash
# The steps that make the image, in order; runs as well on any machine:
#   VENV=.venv CXMAP_VAR=/tmp/var docker/build.sh
# Steps can be named: docker/build.sh packages translations folders
set -euo pipefail
cd "$(dirname "$0")/.."
VENV=${VENV:-/opt/cxmap}
CXMAP_VAR=${CXMAP_VAR:-/srv/cxmap-data}

step_packages() {
  [[ -x $VENV/bin/python ]] || python3 -m venv "$VENV"
  "$VENV/bin/python" -m pip install --quiet --no-cache-dir --disable-pip-version-check --requirement requirements.txt
}

step_translations() {
  "$VENV/bin/python" scripts/compile_translations.py
}

step_folders() {
  # The processes run as "nobody" and write only here: uploads, collected static files, the schedule.
  mkdir -p "$CXMAP_VAR/uploads" "$CXMAP_VAR/static"
  if ((EUID == 0)); then chown -R nobody "$CXMAP_VAR"; fi
}

(($#)) || set -- packages translations folders
for step in "$@"; do
  "step_$step"
done
