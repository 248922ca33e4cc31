#!/usr/bin/env bash
# Finding a study by a wildcard over 1,000 studies, and the metadata of a long series: the platform against Orthanc, turn by turn in the same run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. bench/doors/peers.sh
studies=${STUDIES:-1000} series=${SERIES:-500} rounds=${ROUNDS:-3}
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
dotnet "$bench" doors-make "$sent/studies" "$studies" 20 16 1
dotnet "$bench" doors-make "$sent/series" 1 "$series" 16 2
start_orthanc "$stored/orthanc"
start_pirogov "$stored/pirogov"
ours="http://127.0.0.1:$pirogov_http/dicomweb" theirs="http://127.0.0.1:$orthanc_http/dicom-web"
for set in studies series; do
  dotnet "$bench" doors-store "$ours/studies?centre=DEMO1&batch=$set" "Bearer $pirogov_token" "$sent/$set" 4 20 > /dev/null
  dotnet "$bench" doors-store "$theirs/studies" "" "$sent/$set" 4 20 > /dev/null
done
# Only what a closed batch gave is a case, and found.
for batch in $(api "$pirogov_token" "/batches?size=100" | python3 -c "import json, sys; print(*(b['id'] for b in json.load(sys.stdin)['items'] if b['name'] in ('studies', 'series')))"); do
  api "$pirogov_token" "/batches/$batch/close" -X POST -o /dev/null
  until api "$pirogov_token" "/batches/$batch" | grep -q '"state":"complete'; do sleep 1; done
done
json="application/dicom+json"
get() { local answer; answer=$(dotnet "$bench" doors-get "$1" "$2" "$json" 40); echo "${answer% *}"; }
query() { curl -sf ${2:+-H "Authorization: $2"} -H "Accept: $json" "$1"; }
# The study of so many instances, in one answer or in a line a page.
long() { python3 -c "import json, sys; text = sys.stdin.read(); pages = [json.loads(text)] if text.startswith('[{\n') or '\n\t' in text else [json.loads(line) for line in text.splitlines() if line]
print(next(s['0020000D']['Value'][0] for page in pages for s in page if s['00201208']['Value'][0] == $series))"; }
mine="Bearer $pirogov_token"
ours_study=$(for ((offset = 0; offset <= studies + 100; offset += 100)); do query "$ours/studies?limit=100&offset=$offset" "$mine" && echo; done | long)
theirs_study=$(query "$theirs/studies?PatientID=PHANTOM-200000" | long)
# The platform knows pseudonyms alone; both patterns match more than are asked for.
ours_name="P-*A*" theirs_name="Family*3*"
for side in "$(query "$ours/studies?limit=20&PatientName=$ours_name" "$mine")" "$(query "$theirs/studies?limit=20&PatientName=$theirs_name")"; do
  [ "$(python3 -c 'import json, sys; print(len(json.load(sys.stdin)))' <<< "$side")" = 20 ] || { echo "a search did not find 20 studies" >&2; exit 1; }
done
sink=$(free_port)
dotnet "$bench" doors-sink "$sink" &
# The same number of bytes from a server that has them ready.
bound() { get "http://127.0.0.1:$sink/?length=$(query "$1" "$mine" | wc -c)" ""; }
row() { echo "| $1 | $2 | $3 | $4 | $(awk "BEGIN { printf \"%.1f\", $3 / $4 }") | $5 | $(awk "BEGIN { printf \"%.1f\", $4 / $5 }") |"; }
matches() { for ((offset = 0; offset <= studies + 200; offset += 100)); do query "$1&limit=100&offset=$offset" "${2:-}" || true; echo; done | grep -o '"0020000D"' | wc -l; }
found="Matches of the two patterns: $(matches "$ours/studies?PatientName=$ours_name" "$mine") here, $(query "$theirs/studies?limit=0&PatientName=$theirs_name" | grep -o '"0020000D"' | wc -l) there; both answer with 20."
out=bench/results/searches.md
{
  echo "# Searches and metadata: the platform against Orthanc"
  echo
  echo "\`STUDIES=$studies SERIES=$series ROUNDS=$rounds ./pirogov bench searches\` — $studies studies of 20 instances and one of $series; medians of 40 requests over one"
  echo "connection after 40 that do not count, until the whole answer is there. The search is by a name with a wildcard and ends at 20 studies. $(Orthanc --version | head -1)."
  echo "$found Bound: as many bytes from a server that has them ready."
  echo "Load of the machine at the start: $(cut -d' ' -f1-3 /proc/loadavg) on $(nproc) cores."
  echo
  echo "| work | round | Orthanc, ms | platform, ms | Orthanc ÷ platform | bound, ms | platform ÷ bound |"
  echo "|---|---|---|---|---|---|---|"
  for ((round = 1; round <= rounds; round++)); do
    a=$(get "$theirs/studies?limit=20&PatientName=$theirs_name" "") && b=$(get "$ours/studies?limit=20&PatientName=$ours_name" "$mine")
    row "QIDO-RS, 20 studies by name (20 × wanted)" "$round" "$a" "$b" "$(bound "$ours/studies?limit=20&PatientName=$ours_name")"
    a=$(get "$theirs/studies/$theirs_study/metadata" "") && b=$(get "$ours/studies/$ours_study/metadata" "$mine")
    row "WADO-RS, metadata of $series instances (10 × wanted)" "$round" "$a" "$b" "$(bound "$ours/studies/$ours_study/metadata")"
  done
} > "$stored/table"
verdict() {
  awk -F'|' -v work="$1" -v wanted="$2" 'index($2, work) { low = low == "" || $6 + 0 < low ? $6 + 0 : low }
    END { printf "%s: %s at least %.1f times Orthanc, %s wanted.\n", low < wanted ? "Missed" : "Reached", work, low, wanted }' "$stored/table"
}
{ cat "$stored/table"; echo; verdict QIDO-RS 20; verdict WADO-RS 10; } > "$out"
cat "$out"
