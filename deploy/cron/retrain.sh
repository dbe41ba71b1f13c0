#!/usr/bin/env bash
# Trains a successor of the model from everything that the database holds, beside a running service. What passes the
# quality gate is registered and serves from then on, without a restart; what does not, or a training that fails, leaves
# the current model where it is, with exit code 1.
#
#   retrain.sh [FAMILY]      als, bpr, item2vec, lightfm, ...; default: MODEL_TYPE, else als
#
# FRESHET_HOME    where relative paths lie: data/recsys.db, artifacts/cf, logs (default /var/lib/freshet)
# FRESHET_CONFIG  configuration, a file or a directory (default: none)
# FRESHET         the program (default freshet)
# and all that the program itself understands: DB_PATH, RECSYS_MODEL_PATH, FRESHET_RETRAIN__QUALITY_GATE, ...
set -euo pipefail

cd "${FRESHET_HOME:-/var/lib/freshet}"
family=${1:-${MODEL_TYPE:-als}}
config=()
if [[ -n ${FRESHET_CONFIG:-} ]]; then config=(--config "$FRESHET_CONFIG"); fi

# One that takes longer than a week is not overtaken by the next.
exec 9>.retrain.lock
flock -n 9 || {
  echo "retrain.sh: the training before this one still runs" >&2
  exit 1
}
echo "$(date -u +%FT%TZ) training $family"
if "${FRESHET:-freshet}" train "$family" --register --gate "${config[@]}"; then
  echo "$(date -u +%FT%TZ) the new model serves"
else
  echo "$(date -u +%FT%TZ) the current model stays" >&2
  exit 1
fi
