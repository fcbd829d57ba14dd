#!/usr/bin/env bash
# Makes sure that a program from a Debian package is there: debian-packages.sh PROGRAM PACKAGE...
# Installs it when this is root on a machine with apt-get; otherwise names the command.
set -euo pipefail
program=$1; shift
command -v "$program" >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing $* ..."
  apt-get update -qq >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
else
  echo "Expected $program, but it is missing. Run: sudo apt-get install $*" >&2
  exit 1
fi
