#!/usr/bin/env bash
# Prints a .env with fresh secrets for docker-compose.yml:  docker/make_env.sh example.org > .env
set -euo pipefail
secret() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
host=${1:-localhost}
https=1
[[ $host == localhost ]] && https=0
cat <<END
# Names that people type, separated by commas.
ALLOWED_HOSTS=$host,127.0.0.1
# 0 only on your own machine: cookies then travel unencrypted.
HTTPS=$https
# 1 when a proxy in front always sets X-Forwarded-Proto itself.
BEHIND_PROXY=$https
# Address or network of that proxy as the web container sees it: it may then name the visitor (see the README).
TRUSTED_PROXIES=
SECRET_KEY=$(secret)$(secret)
POSTGRES_PASSWORD=$(secret)
CXMAP_OWNER_PASSWORD=$(secret)
CXMAP_APP_PASSWORD=$(secret)
REDIS_PASSWORD=$(secret)
END
