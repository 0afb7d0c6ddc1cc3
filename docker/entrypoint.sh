#!/usr/bin/env bash
# What a container runs: entrypoint.sh web|worker|beat|migrate|manage …
set -euo pipefail
cd "$(dirname "$0")/.."
PY=${VENV:-/opt/cxmap}/bin/python
export CXMAP_VAR=${CXMAP_VAR:-/srv/cxmap-data} PYTHONUNBUFFERED=1
# In a container the embedded servers would lose everything with it, so an address is a must.
: "${DATABASE_URL:?Set DATABASE_URL and REDIS_URL to your servers; see the README.}"

role=${1:-web}
shift || true
case $role in
  web)
    # Into the data folder at every start, so that the files always belong to this version.
    "$PY" manage.py collectstatic --no-input --verbosity 0
    exec "$PY" -m uvicorn cxmap.asgi:application --host "${HOST:-0.0.0.0}" --port "${PORT:-8000}" \
      --timeout-graceful-shutdown 2 --log-level warning --no-server-header "$@"
    ;;
  worker)
    exec "$PY" -m celery --quiet -A cxmap worker -Q "${QUEUES:-ingest,rollup,default}" \
      -c "${WORKERS:-2}" --without-gossip --without-mingle -l "${LOG_LEVEL:-warning}" "$@"
    ;;
  beat)
    exec "$PY" -m celery --quiet -A cxmap beat -s "$CXMAP_VAR/beat-schedule" --pidfile "" \
      -l "${LOG_LEVEL:-warning}" "$@"
    ;;
  migrate) exec "$PY" manage.py migrate --no-input "$@" ;;
  health)
    exec "$PY" -c 'import sys, urllib.request as r; r.urlopen(f"http://127.0.0.1:{sys.argv[1]}/healthz", timeout=4)' \
      "${PORT:-8000}"
    ;;
  manage) exec "$PY" manage.py "$@" ;;
  *)
    echo "entrypoint.sh: unknown role $role; use web, worker, beat, migrate, health or manage" >&2
    exit 2
    ;;
esac
