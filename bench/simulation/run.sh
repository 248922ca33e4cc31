#!/usr/bin/env bash
# A labelling project from plan to release by simulated people of known reliability, and 200 experts who save at once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. bench/doors/peers.sh
cases=${CASES:-5000} readers=${READERS:-60} seed=${SEED:-1}
if [ -z "${NO_BUILD:-}" ]; then
  dotnet build bench/Benchmarks/Benchmarks.csproj -c Release -v q -clp:ErrorsOnly --nologo
  fail() { echo "$*" >&2; exit 1; }
  . scripts/up.sh
  publish src/Portal/Portal.csproj artifacts/publish
fi
bench=bench/Benchmarks/bin/Release/net10.0/Pirogov.Benchmarks.dll
sent=$(mktemp -d "${TMPDIR:-/dev/shm}/bench.XXXXXX")
stored=$(mktemp -d "$PWD/.bench.XXXXXX")
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$sent" "$stored"' EXIT
dotnet "$bench" doors-make "$sent/studies" "$cases" 1 16 1
start_pirogov "$stored/pirogov"
dotnet "$bench" doors-store "http://127.0.0.1:$pirogov_http/dicomweb/studies?centre=DEMO1&batch=simulated" "Bearer $pirogov_token" "$sent/studies" 4 50 >&2
batch=$(api "$pirogov_token" "/batches?size=100" | python3 -c "import json, sys; print(next(b['id'] for b in json.load(sys.stdin)['items'] if b['name'] == 'simulated'))")
api "$pirogov_token" "/batches/$batch/close" -X POST -o /dev/null
until api "$pirogov_token" "/batches/$batch" | grep -q '"state":"complete'; do sleep 1; done
out=bench/results/simulation.md
{
  echo "# A simulated labelling project"
  echo
  echo "\`CASES=$cases READERS=$readers SEED=$seed ./pirogov bench simulation\` — everything over the API of one published host (SQLite); cases of one image of 16 × 16, a mask and a"
  echo "question; client and server share $(nproc) cores; load at the start: $(cut -d' ' -f1-3 /proc/loadavg)."
  echo
  dotnet "$bench" simulation "http://127.0.0.1:$pirogov_http" "$stored/pirogov/pirogov.db" "$pirogov_pid" "$batch" "$cases" "$readers" "$seed"
} > "$out.new"
mv "$out.new" "$out"
cat "$out"
