#!/usr/bin/env bash
# install_tools.sh browser|gettext …: makes sure that the programs that tests and checks need are there.
# As root or with sudo without a password it installs Debian's packages, else it says what to install.
set -euo pipefail

has_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
# The driver that steers the browser is a program of its own, linked against this library.
has_atomic() { PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep -q 'libatomic\.so\.1'; }
has_gettext() { command -v xgettext && command -v msgmerge && command -v msguniq; }

packages=()
for tool in "$@"; do
  case $tool in
    browser)
      has_browser >/dev/null || packages+=(chromium)
      has_atomic || packages+=(libatomic1)
      ;;
    gettext) has_gettext >/dev/null || packages+=(gettext) ;;
    *) echo "install_tools.sh: unknown tool $tool" >&2; exit 2 ;;
  esac
done
((${#packages[@]})) || exit 0

as_root=()
if ((EUID)); then as_root=(sudo -n); fi
if ! command -v apt-get >/dev/null || { ((EUID)) && ! sudo -n true 2>/dev/null; }; then
  echo "Missing: ${packages[*]}. On Debian or Ubuntu: sudo apt-get install ${packages[*]}" >&2
  exit 1
fi
echo "Installing ${packages[*]} …"
log=$(mktemp)
if ! { "${as_root[@]}" apt-get update -qq &&
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}"; } >"$log" 2>&1; then
  tail -n 15 "$log" >&2
  echo "${packages[*]} could not be installed; the lines above say why." >&2
  exit 1
fi
rm -f "$log"
