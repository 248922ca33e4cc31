#!/usr/bin/env bash
# De-identification of files, full Basic Profile into sequences: ours against gdcmanon on the same files in the same run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
files=${FILES:-1000}
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
  echo "# De-identification: full Basic Profile, files a second"
  echo
  echo "\`FILES=$files ./pirogov bench deid\` — CT of 512 × 512 × 16 bits, folder to folder in memory; \`gdcmanon -e -r\`, which also encrypts the originals into"
  echo "the file (without that it has no profile), one process from its start; ours after a warm-up of 50 files. Copy: reading and writing the same bytes"
  echo "with File.ReadAllBytes and WriteAllBytes. Processor: ratio of processor seconds, which a busy machine does not change."
  echo
  echo "| run | load | gdcmanon | ours, one thread | ours, all cores | one thread ÷ gdcmanon | all cores ÷ gdcmanon | processor: gdcmanon ÷ ours, all cores | copy | processor: copy ÷ ours, all cores |"
  echo "|---|---|---|---|---|---|---|---|---|---|"
  for run in 1 2 3 4 5; do
    rm -rf "$folder/theirs" "$folder/ours"
    mkdir "$folder/theirs" "$folder/ours"
    read -r theirs user system < <({ time gdcmanon -e -r -c "$folder/cert.pem" -i "$folder/in" -o "$folder/theirs" >/dev/null 2>&1; } 2>&1)
    rm -rf "$folder/theirs"
    read -r copy copycpu one onecpu all allcpu < <(dotnet "$bench" deid "$folder/in" "$folder/ours")
    cpu=$(awk "BEGIN { print $user + $system }")
    echo "| $run | $(cut -d' ' -f1 /proc/loadavg) | $(rate "$theirs") | $(rate "$one") | $(rate "$all") | $(ratio "$theirs" "$one") | $(ratio "$theirs" "$all") | $(ratio "$cpu" "$allcpu") | $(rate "$copy") | $(ratio "$copycpu" "$allcpu") |"
  done
} > "$out"
cat "$out"
