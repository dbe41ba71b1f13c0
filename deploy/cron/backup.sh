#!/usr/bin/env bash
# Backs up the database, offsets included, with the models and the configuration, beside a running service, and checks every
# byte of every backup. What an earlier backup holds is not stored again; old backups go, never the newest.
#
#   backup.sh [DIRECTORY]    default: BACKUP_DIR, else backups
#
# KEEP_DAYS       age in days at which backups go (default 30); 0 = none does
# FRESHET_HOME    where relative paths lie: data/recsys.db, artifacts/cf, logs, backups (default /var/lib/freshet)
# FRESHET_CONFIG  configuration, a file or a directory (default: none)
# FRESHET         the program (default freshet)
# Back again: freshet restore --from DIRECTORY
set -euo pipefail

cd "${FRESHET_HOME:-/var/lib/freshet}"
directory=${1:-${BACKUP_DIR:-backups}}
config=()
if [[ -n ${FRESHET_CONFIG:-} ]]; then config=(--config "$FRESHET_CONFIG"); fi

echo "$(date -u +%FT%TZ) backup to $directory"
"${FRESHET:-freshet}" backup --to "$directory" --keep-days "${KEEP_DAYS:-30}" "${config[@]}"
"${FRESHET:-freshet}" backup verify --to "$directory"
