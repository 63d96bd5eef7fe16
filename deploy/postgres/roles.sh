#!/usr/bin/env bash
# Least privilege: the platform owns its ledger, Dagster its own storage, and who reads the marts can only read them.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-postgres}" \
  --set ledger="$LEDGER_PASSWORD" --set dagster="$DAGSTER_PASSWORD" --set reader="$READER_PASSWORD" \
  --file "$(dirname "$0")/roles.psql"
