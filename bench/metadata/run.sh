#!/usr/bin/env bash
# Metadata of many files: ours against dcmdump and pydicom, turn by turn in the same run. FOLDER, FILES and ROUNDS may be set.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
folder=${FOLDER:-../shared/data/radiology} files=${FILES:-1000} rounds=${ROUNDS:-10}
. bench/profile.sh
[ -n "${NO_BUILD:-}" ] || dotnet build bench/Benchmarks/Benchmarks.csproj -c Release -v q -clp:ErrorsOnly --nologo
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
load=$(cut -d' ' -f1-3 /proc/loadavg)
# A thousand instances: the published CT series, over and over.
find "$folder/totalsegmentator/example_ct_dicom" -type f | LC_ALL=C sort > "$work/series"
: > "$work/list"
while [ "$(wc -l < "$work/list")" -lt "$files" ]; do cat "$work/series" >> "$work/list"; done
n=0
head -n "$files" "$work/list" | while read -r path; do n=$((n + 1)); cp "$path" "$work/$(printf %05d $n).dcm"; done
ls "$work"/*.dcm > "$work/list"
# Every published file that all three read.
find "$folder" -name '*.dcm' -type f | LC_ALL=C sort > "$work/all"
xargs -d '\n' dcmftest < "$work/all" | sed -n 's/^yes: //p' | grep -v 'truncated\|too_short' > "$work/mixed" || true
out=bench/results/metadata.md
bench=bench/Benchmarks/bin/Release/net10.0/Pirogov.Benchmarks.dll
ratio() { awk "BEGIN { printf \"%.1f\", $1 / $2 }"; }
# The lowest of a column of the ratios against what is wanted.
verdict() { awk -F'|' -v column="$1" -v wanted="$2" -v peer="$3" '
  /^\| [0-9]/ { low = low == "" || $column + 0 < low ? $column + 0 : low }
  END { printf "%s %s: at least %.1f times, %s wanted.\n", low < wanted ? "Missed against" : "Reached against", peer, low, wanted }' "$work/table"; }
{
  echo "| files | turn | ours | dcmdump | pydicom | ÷ dcmdump (8 wanted) | ÷ pydicom (20 wanted) | bound: open, read 4 KB, close | processor: bound ÷ ours |"
  echo "|---|---|---|---|---|---|---|---|---|"
  for list in list mixed; do
    count=$(wc -l < "$work/$list")
    for turn in 1 2 3; do
      read -r ours bound _ < <(dotnet "$bench" metadata "$work/$list" "$rounds")
      spent=$( { TIMEFORMAT='%U + %S'; time xargs -d '\n' -n "$count" -s 1000000 dcmdump -q < "$work/$list" > /dev/null 2> "$work/errors"; } 2>&1 || true)
      dcmdump=$(awk "BEGIN { printf \"%.0f\", $count / ($spent) }")
      read -r pydicom _ < <(/usr/bin/python3 bench/metadata/peer.py "$work/$list" 1)
      name=$([ "$list" = list ] && echo "$count CT instances" || echo "$count published files of all kinds")
      echo "| $name | $turn | $ours | $dcmdump | $pydicom | $(ratio "$ours" "$dcmdump") | $(ratio "$ours" "$pydicom") | $bound | $(awk "BEGIN { printf \"%.2f\", $ours / $bound }") |"
    done
  done
} > "$work/table"
{
  echo "# Reading metadata: ours against dcmdump and pydicom"
  echo
  echo "\`FILES=$files ROUNDS=$rounds ./pirogov bench metadata\` — all elements before the pixels of every file, one thread, files in the page cache; ours and pydicom in a"
  echo "loop inside one process, ours after a warm-up until its code is compiled as it stays (pydicom \`dcmread(stop_before_pixels=True)\`, values left unread),"
  echo "dcmdump with all files in one call, its text thrown away."
  echo "Files a second of the processor's time (user and system): the clock says little on a machine that does other work. Bound: what the kernel"
  echo "alone takes for the same files, when each is opened, its first 4 KB are read and it is closed; no reader can be above it."
  echo "Load of the machine at the start: $load on $(nproc) cores; all take turns."
  echo
  cat "$work/table"
  echo
  verdict 7 8 dcmdump
  verdict 8 20 pydicom
  echo
  echo "## Where the time goes"
  for list in list mixed; do
    echo
    echo "$([ "$list" = list ] && echo "CT instances" || echo "Published files of all kinds"), ours, sampled by perf:"
    echo
    where_time_goes bench/metadata/places dotnet "$bench" metadata-profiled "$work/$list" $((rounds * 10))
  done
} > "$out"
cat "$out"
