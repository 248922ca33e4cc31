#!/usr/bin/env bash
# Intake over STOW-RS and C-STORE, and reading metadata: the platform against Orthanc, turn by turn in the same run, beside the machine's own bounds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. bench/doors/peers.sh
files=${FILES:-400} rounds=${ROUNDS:-3}
if [ -z "${NO_BUILD:-}" ]; then
  dotnet build bench/Benchmarks/Benchmarks.csproj -c Release -v q -clp:ErrorsOnly --nologo
  dotnet publish src/Portal/Portal.csproj -c Release -o artifacts/publish -v q -clp:ErrorsOnly --nologo -p:RunAnalyzers=false
fi
bench=bench/Benchmarks/bin/Release/net10.0/Pirogov.Benchmarks.dll
# What is sent lies in memory; what is stored lies on the disk under test.
sent=$(mktemp -d "${TMPDIR:-/dev/shm}/bench.XXXXXX")
stored=$(mktemp -d "$PWD/.bench.XXXXXX")
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$sent" "$stored"' EXIT
for ((set = 1; set <= 2 * rounds + 1; set++)); do dotnet "$bench" doors-make "$sent/$set" 1 "$files" 512 "$set"; done
start_orthanc "$stored/orthanc"
start_pirogov "$stored/pirogov"
sink=$(free_port)
dotnet "$bench" doors-sink "$sink" &
ours_url="http://127.0.0.1:$pirogov_http/dicomweb/studies?centre=DEMO1&batch" theirs_url="http://127.0.0.1:$orthanc_http/dicom-web/studies"
spent() { awk '{ print ($14 + $15) / 100 }' "/proc/$1/stat"; }
rate() { awk "BEGIN { printf \"%.0f\", $files / $1 }"; }
ratio() { awk "BEGIN { printf \"%.2f\", $1 / $2 }"; }
TIMEFORMAT=%R
store() { local answer; answer=$(dotnet "$bench" doors-store "$@" 4 10); [[ $answer == *" 200:$files" ]] || { echo "not all were stored: $answer" >&2; exit 1; }; echo "${answer% *}"; }
cstore() { { time TCP_NODELAY=1 storescu -aet BENCH -aec "$1" +sd 127.0.0.1 "$2" "$3" > /dev/null 2>&1; } 2>&1; }
store "$ours_url=warm" "Bearer $pirogov_token" "$sent/$((2 * rounds + 1))" > /dev/null
store "$theirs_url" "" "$sent/$((2 * rounds + 1))" > /dev/null
out=bench/results/doors.md
{
  echo "# The doors: the platform against Orthanc"
  echo
  echo "\`FILES=$files ROUNDS=$rounds ./pirogov bench doors\` — CT of 512 × 512 × 16 bits; the platform (SQLite) de-identifies in full and has bytes and rows flushed before"
  echo "it answers; $(Orthanc --version | head -1), synchronous storage, keeps what it gets. STOW-RS: 4 connections, 10 instances in a request, a round of $files"
  echo "for each before. C-STORE: one \`storescu\`, TCP_NODELAY on both sides. Processor: of the server alone. Sink: an upload that is read and forgotten."
  echo "Load of the machine at the start: $(cut -d' ' -f1-3 /proc/loadavg) on $(nproc) cores; client, server and both peers share them."
  echo
  echo "| work | round | Orthanc, instances/s | platform, instances/s | platform ÷ Orthanc | processor: Orthanc ÷ platform | sink, instances/s |"
  echo "|---|---|---|---|---|---|---|"
  for ((round = 1; round <= rounds; round++)); do
    before=$(spent $orthanc_pid) && theirs=$(store "$theirs_url" "" "$sent/$round") && theirs_cpu=$(awk "BEGIN { print $(spent $orthanc_pid) - $before }")
    before=$(spent $pirogov_pid) && ours=$(store "$ours_url=stow-$round" "Bearer $pirogov_token" "$sent/$round") && ours_cpu=$(awk "BEGIN { print $(spent $pirogov_pid) - $before }")
    null=$(store "http://127.0.0.1:$sink/" "" "$sent/$round")
    echo "| STOW-RS (3 × wanted) | $round | $(rate "$theirs") | $(rate "$ours") | $(ratio "$theirs" "$ours") | $(ratio "$theirs_cpu" "$ours_cpu") | $(rate "$null") |"
  done
  for ((round = 1; round <= rounds; round++)); do
    before=$(spent $orthanc_pid) && theirs=$(cstore ORTHANC "$orthanc_dicom" "$sent/$((rounds + round))") && theirs_cpu=$(awk "BEGIN { print $(spent $orthanc_pid) - $before }")
    before=$(spent $pirogov_pid) && ours=$(cstore PIROGOV "$pirogov_dicom" "$sent/$((rounds + round))") && ours_cpu=$(awk "BEGIN { print $(spent $pirogov_pid) - $before }")
    echo "| C-STORE (4 × wanted) | $round | $(rate "$theirs") | $(rate "$ours") | $(ratio "$theirs" "$ours") | $(ratio "$theirs_cpu" "$ours_cpu") | – |"
  done
} > "$out"
cat "$out"
