# What the scripts of tools/ share; sourced, never run.
# root   = the checkout; cache = what may be deleted at any time (FRESHET_CACHE, default build).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=$(realpath -m "${FRESHET_CACHE:-$root/build}")

say() { printf '%s: %s\n' "${0##*/}" "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }
usage_error() { printf '%s: %s; see %s --help\n' "${0##*/}" "$*" "$0" >&2; exit 2; }

# The comment block that opens the calling script is its manual.
help() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; exit 0; }

# Parallel compilations: every core, as long as each has 2 GB of memory.
jobs_max() {
  local cores memory_gb
  cores=$(nproc)
  memory_gb=$(awk '/^MemTotal:/ {print int($2 / 1048576)}' /proc/meminfo)
  local by_memory=$((memory_gb / 2))
  if ((by_memory < 1)); then by_memory=1; fi
  echo $((cores < by_memory ? cores : by_memory))
}
