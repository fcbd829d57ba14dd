#!/usr/bin/env bash
# Prints the Python to set up with: 3.11 or newer, best one that can make virtual environments.
# The distribution's own comes first: it is built optimised by a profile, which most others are not, and then
# everything takes a quarter less processor time.      which-python.sh [FOLDER OF THE DISTRIBUTION'S PROGRAMS]
set -u
distribution=${1:-/usr/bin}
able() { # PYTHON MODULE...: is there, new enough, and has these
  local python=$1; shift
  command -v "$python" >/dev/null 2>&1 || return 1
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || return 1
  for module in "$@"; do "$python" -c "import $module" 2>/dev/null || return 1; done
}
names="$distribution/python3 python3.13 python3.12 python3.11 python3"
for python in $names; do able "$python" venv ensurepip && { echo "$python"; exit; }; done
for python in $names; do able "$python" && { echo "$python"; exit; }; done
exit 0 # none: who asks says what to do
