#!/usr/bin/env bash
# Stored objects a second against the machine's own bound: plain write + fsync of the same bytes, in the same run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
objects=${OBJECTS:-500} size=${SIZE:-526000}
dotnet build bench/Benchmarks/Benchmarks.csproj -c Release -v q -clp:ErrorsOnly --nologo
out=bench/results/store.md
{
  echo "# Store: content-addressed put against plain write + fsync"
  echo
  echo "\`OBJECTS=$objects SIZE=$size ./pirogov bench store\` — one thread, MD5 and SHA-256 in one pass, file and folder flushed, row committed in SQLite (WAL, FULL)."
  echo
  echo "| run | write + fsync, objects/s | put, objects/s | put ÷ bound |"
  echo "|---|---|---|---|"
  for run in 1 2 3 4 5; do
    folder=$(mktemp -d .bench.XXXXXX)
    read -r plain ours ratio < <(dotnet bench/Benchmarks/bin/Release/net10.0/Pirogov.Benchmarks.dll store "$folder" "$objects" "$size")
    rm -rf "$folder"
    echo "| $run | $plain | $ours | $ratio |"
  done
} > "$out"
cat "$out"
