#!/usr/bin/env bash
# De-identification of files, full Basic Profile into sequences: ours against gdcmanon on the same files in the same run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
files=${FILES:-1000}
. bench/profile.sh
[ -n "${NO_BUILD:-}" ] || dotnet build bench/Benchmarks/Benchmarks.csproj -c Release -v q -clp:ErrorsOnly --nologo
bench=bench/Benchmarks/bin/Release/net10.0/Pirogov.Benchmarks.dll
# In memory where there is room: the disk would be measured otherwise.
folder=$(mktemp -d "${TMPDIR:-/dev/shm}/bench.XXXXXX")
trap 'rm -rf "$folder"' EXIT
dotnet "$bench" deid-make "$folder/in" "$files"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$folder/key.pem" -out "$folder/cert.pem" -days 1 -subj /CN=bench 2>/dev/null
rate() { awk "BEGIN { printf \"%.0f\", $files / $1 }"; }
ratio() { awk "BEGIN { printf \"%.2f\", $1 / $2 }"; }
TIMEFORMAT="%R %U %S"
out=bench/results/deid.md
mkdir -p bench/results
{
  echo "| run | load | gdcmanon | ours, one thread | ours, all cores | one thread ÷ gdcmanon | all cores ÷ gdcmanon (3 wanted) | processor: gdcmanon ÷ ours | bound: cheapest copy | one thread | all cores | processor: bound ÷ ours, one thread | all cores |"
  echo "|---|---|---|---|---|---|---|---|---|---|---|---|---|"
  for run in 1 2 3 4 5; do
    rm -rf "$folder/theirs" "$folder/ours"
    mkdir "$folder/theirs" "$folder/ours"
    read -r theirs user system < <({ time gdcmanon -e -r -c "$folder/cert.pem" -i "$folder/in" -o "$folder/theirs" >/dev/null 2>&1; } 2>&1)
    rm -rf "$folder/theirs"
    read -r one onecpu all allcpu copy copycpu copyall copyallcpu name < <(dotnet "$bench" deid "$folder/in" "$folder/ours")
    cpu=$(awk "BEGIN { print $user + $system }")
    echo "| $run | $(cut -d' ' -f1 /proc/loadavg) | $(rate "$theirs") | $(rate "$one") | $(rate "$all") | $(ratio "$theirs" "$one") | $(ratio "$theirs" "$all") | $(ratio "$cpu" "$onecpu") | $name | $(rate "$copy") | $(rate "$copyall") | $(ratio "$copycpu" "$onecpu") | $(ratio "$copyallcpu" "$allcpu") |"
  done
} > "$folder/table"
{
  echo "# De-identification: full Basic Profile, files a second"
  echo
  echo "\`FILES=$files ./pirogov bench deid\` — CT of 512 × 512 × 16 bits, folder to folder in memory; \`gdcmanon -e -r\`, which also encrypts the originals into"
  echo "the file (without that it has no profile), one process from its start; ours after a warm-up. Bound: the same files copied by the kernel's calls alone, in"
  echo "the cheapest of three ways (one buffer used again for every file, sendfile, copy_file_range), no byte looked at. Processor: ratio of processor"
  echo "seconds (user and system), which a busy machine does not change."
  echo
  cat "$folder/table"
  echo
  awk -F'|' '/^\| [0-9]/ { low = low == "" || $8 + 0 < low ? $8 + 0 : low; bound = $12 / $4 > bound ? $12 / $4 : bound }
    END { printf "%s: at least %.2f times gdcmanon on all cores, 3 wanted. Copying alone, on all cores, is at most %.2f times gdcmanon here.\n",
      low < 3 ? "Missed" : "Reached", low, bound }' "$folder/table"
  echo
  echo "## Where the time goes"
  echo
  echo "Ours, sampled by perf:"
  echo
  where_time_goes bench/deid/places dotnet "$bench" deid-profiled "$folder/in" "$folder/ours"
} > "$out"
cat "$out"
