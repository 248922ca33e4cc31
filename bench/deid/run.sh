#!/usr/bin/env bash
# De-identification of files, full Basic Profile into sequences: ours against gdcmanon on the same files in the same run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
files=${FILES:-1000}
dotnet build bench/Benchmarks/Benchmarks.csproj -c Release -v q -clp:ErrorsOnly --nologo
bench=bench/Benchmarks/bin/Release/net10.0/Pirogov.Benchmarks.dll
folder=$(mktemp -d "${TMPDIR:-/tmp}/bench.XXXXXX")
trap 'rm -rf "$folder"' EXIT
dotnet "$bench" deid-make "$folder/in" "$files"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$folder/key.pem" -out "$folder/cert.pem" -days 1 -subj /CN=bench 2>/dev/null
rate() { awk "BEGIN { printf \"%.0f\", $files / $1 }"; }
ratio() { awk "BEGIN { printf \"%.2f\", $1 / $2 }"; }
out=bench/results/deid.md
mkdir -p bench/results
{
  echo "# De-identification: full Basic Profile, files a second"
  echo
  echo "\`FILES=$files ./pirogov bench deid\` — CT of 512 × 512 × 16 bits, folder to folder, no flush; gdcmanon -e -r (its Basic Profile encrypts the originals"
  echo "into the file; without that it has no profile), one process; ours after a warm-up of 50 files. Copy: reading and writing the same bytes, one thread."
  echo
  echo "| run | gdcmanon | ours, one thread | ours, all cores | ours ÷ gdcmanon, one thread | ours ÷ gdcmanon, all cores | copy | ours ÷ copy, one thread |"
  echo "|---|---|---|---|---|---|---|---|"
  for run in 1 2 3; do
    rm -rf "$folder/theirs" "$folder/ours"
    mkdir "$folder/theirs" "$folder/ours"
    start=$(date +%s.%N)
    gdcmanon -e -r -c "$folder/cert.pem" -i "$folder/in" -o "$folder/theirs" >/dev/null
    theirs=$(awk "BEGIN { print $(date +%s.%N) - $start }")
    read -r copy one all < <(dotnet "$bench" deid "$folder/in" "$folder/ours")
    echo "| $run | $(rate "$theirs") | $(rate "$one") | $(rate "$all") | $(ratio "$theirs" "$one") | $(ratio "$theirs" "$all") | $(rate "$copy") | $(ratio "$copy" "$one") |"
  done
} > "$out"
cat "$out"
