#!/usr/bin/env bash
# Makes sure that a program or a shared library from a Debian package is there:
#   debian-packages.sh PROGRAM PACKAGE...          debian-packages.sh lib:NAME.so.N PACKAGE...
# Installs it when this is root on a machine with apt-get; otherwise names the command.
set -euo pipefail
wanted=$1; shift
is_there() {
  case $wanted in
    lib:*) PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep -F "${wanted#lib:} " >/dev/null ;;
    *) command -v "$wanted" >/dev/null 2>&1 ;;
  esac
}
is_there && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing $* ..."
  apt-get update -qq >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
else
  echo "Expected ${wanted#lib:}, but it is missing. Run: sudo apt-get install $*" >&2
  exit 1
fi
