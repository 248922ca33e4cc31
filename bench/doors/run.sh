#!/usr/bin/env bash
# Intake over STOW-RS and C-STORE, and reading metadata: the platform against Orthanc, turn by turn in the same run, beside the machine's own bounds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. bench/doors/peers.sh
files=${FILES:-1000} rounds=${ROUNDS:-3} warm=${WARM:-2}
if [ -z "${NO_BUILD:-}" ]; then
  dotnet build bench/Benchmarks/Benchmarks.csproj -c Release -v q -clp:ErrorsOnly --nologo
  fail() { echo "$*" >&2; exit 1; }
  . scripts/up.sh
  publish src/Portal/Portal.csproj artifacts/publish
fi
bench=bench/Benchmarks/bin/Release/net10.0/Pirogov.Benchmarks.dll
# What is sent lies in memory; what is stored lies on the disk under test.
sent=$(mktemp -d "${TMPDIR:-/dev/shm}/bench.XXXXXX")
stored=$(mktemp -d "$PWD/.bench.XXXXXX")
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$sent" "$stored"' EXIT
for ((set = 1; set <= 3 * rounds + warm; set++)); do dotnet "$bench" doors-make "$sent/$set" 1 "$files" 512 "$set"; done
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
# Four devices at once, a quarter of the files each.
four() {
  local part folder=$3
  for part in 1 2 3 4; do mkdir -p "$folder.$part"; done
  part=0
  for file in "$folder"/*; do ln -f "$file" "$folder.$((part++ % 4 + 1))/"; done
  { time { for part in 1 2 3 4; do TCP_NODELAY=1 storescu -aet BENCH -aec "$1" +sd 127.0.0.1 "$2" "$folder.$part" > /dev/null 2>&1 & waited[part]=$!; done; wait "${waited[@]}"; }; } 2>&1
}
cstore() { { time TCP_NODELAY=1 storescu -aet BENCH -aec "$1" +sd 127.0.0.1 "$2" "$3" > /dev/null 2>&1; } 2>&1; }
# Both have compiled, opened and allocated what they need before the clock starts.
for ((set = 3 * rounds + 1; set <= 3 * rounds + warm; set++)); do
  store "$ours_url=warm" "Bearer $pirogov_token" "$sent/$set" > /dev/null
  store "$theirs_url" "" "$sent/$set" > /dev/null
  cstore PIROGOV "$pirogov_dicom" "$sent/$set" > /dev/null
  cstore ORTHANC "$orthanc_dicom" "$sent/$set" > /dev/null
done
# What the disk takes of the same bytes: one file after the other, each flushed.
disk=$(dotnet "$bench" store "$stored/disk" 500 526000 | cut -d' ' -f1)
# Seconds of processor for what is promised of one instance that comes alone: MD5, SHA-256, written and flushed.
promised=$(python3 - "$stored/promised" <<'PY'
import hashlib, mmap, os, sys, time
size, count = 526_000, 200
block = mmap.mmap(-1, -(-size // 4096) * 4096)
block.write(os.urandom(len(block)))
begun = time.process_time()
for i in range(count):
    hashlib.md5(block).digest(), hashlib.sha256(block).digest()
    file = os.open(f"{sys.argv[1]}{i}", os.O_WRONLY | os.O_CREAT | os.O_DIRECT)
    os.write(file, block), os.ftruncate(file, size), os.fsync(file), os.close(file)
print((time.process_time() - begun) / count)
PY
)
# profile WHAT COMMAND…: where the server's time goes while it stores so many instances; what is compiled anew is a matter of the first minutes.
profile() {
  local what=$1 before recording
  shift
  before=$(spent $pirogov_pid)
  perf record -q -o "$stored/perf" -F 999 -e cpu-clock -g -p "$pirogov_pid" > /dev/null 2>&1 &
  recording=$!
  sleep 1
  "$@" > /dev/null
  kill -INT "$recording" && wait "$recording" || true
  printf '\n| %s | share | ms an instance |\n|---|---|---|\n' "$what"
  perf script -i "$stored/perf" 2> /dev/null | python3 bench/doors/profile.py "$files" "$(awk "BEGIN { print $(spent $pirogov_pid) - $before }")"
}
most() { awk "BEGIN { printf \"%.2f\", $1 / $files / $promised }"; }
ofdisk() { awk "BEGIN { printf \"%.2f\", $files / $1 / $disk }"; }
# verdict WORK WANTED: the least of its rounds, and what would be possible at most where that is known.
verdict() {
  awk -F'|' -v work="$1" -v wanted="$2" 'index($2, work " (") { low = low == "" || $6 + 0 < low ? $6 + 0 : low; most = $8 + 0 > most ? $8 + 0 : most }
    END { printf "%s: %s at least %.2f times Orthanc, %s wanted%s.\n", low < wanted ? "Missed" : "Reached", work, low, wanted,
      most ? sprintf("; a server that did nothing but what is promised of an instance would reach %.2f", most) : "" }'
}
out=bench/results/doors.md
{
  echo "# The doors: the platform against Orthanc"
  echo
  echo "\`FILES=$files ROUNDS=$rounds WARM=$warm ./pirogov bench doors\` — CT of 512 × 512 × 16 bits; the platform (SQLite) de-identifies in full and has bytes and rows flushed before"
  echo "it answers; $(Orthanc --version | head -1), synchronous storage, keeps what it gets. STOW-RS: 4 connections, 10 instances in a request. C-STORE: one \`storescu\`, or"
  echo "four at once; TCP_NODELAY on both sides. $((warm * files)) instances by each door go to each side before. Processor: of the server alone, ratio of its seconds. Sink: an upload that is read and"
  echo "forgotten. At most: the same ratio for a server that did nothing for an instance that comes alone but what is promised of it: MD5, SHA-256, write, flush."
  echo "The disk alone, one write and fsync after the other: $disk instances/s. Load at the start: $(cut -d' ' -f1-3 /proc/loadavg) on $(nproc) cores, which client, server and peers share."
  echo
  echo "| work | round | Orthanc, instances/s | platform, instances/s | platform ÷ Orthanc | processor: Orthanc ÷ platform | at most | sink, instances/s | platform ÷ sink | platform ÷ disk |"
  echo "|---|---|---|---|---|---|---|---|---|---|"
  for ((round = 1; round <= rounds; round++)); do
    before=$(spent $orthanc_pid) && theirs=$(store "$theirs_url" "" "$sent/$round") && theirs_cpu=$(awk "BEGIN { print $(spent $orthanc_pid) - $before }")
    before=$(spent $pirogov_pid) && ours=$(store "$ours_url=stow-$round" "Bearer $pirogov_token" "$sent/$round") && ours_cpu=$(awk "BEGIN { print $(spent $pirogov_pid) - $before }")
    null=$(store "http://127.0.0.1:$sink/" "" "$sent/$round")
    echo "| STOW-RS (3 × wanted) | $round | $(rate "$theirs") | $(rate "$ours") | $(ratio "$theirs" "$ours") | $(ratio "$theirs_cpu" "$ours_cpu") | – | $(rate "$null") | $(ratio "$null" "$ours") | $(ofdisk "$ours") |"
  done
  for ((round = 1; round <= rounds; round++)); do
    before=$(spent $orthanc_pid) && theirs=$(cstore ORTHANC "$orthanc_dicom" "$sent/$((rounds + round))") && theirs_cpu=$(awk "BEGIN { print $(spent $orthanc_pid) - $before }")
    before=$(spent $pirogov_pid) && ours=$(cstore PIROGOV "$pirogov_dicom" "$sent/$((rounds + round))") && ours_cpu=$(awk "BEGIN { print $(spent $pirogov_pid) - $before }")
    echo "| C-STORE (4 × wanted) | $round | $(rate "$theirs") | $(rate "$ours") | $(ratio "$theirs" "$ours") | $(ratio "$theirs_cpu" "$ours_cpu") | $(most "$theirs_cpu") | – | – | $(ofdisk "$ours") |"
  done
  for ((round = 1; round <= rounds; round++)); do
    before=$(spent $orthanc_pid) && theirs=$(four ORTHANC "$orthanc_dicom" "$sent/$((2 * rounds + round))") && theirs_cpu=$(awk "BEGIN { print $(spent $orthanc_pid) - $before }")
    before=$(spent $pirogov_pid) && ours=$(four PIROGOV "$pirogov_dicom" "$sent/$((2 * rounds + round))") && ours_cpu=$(awk "BEGIN { print $(spent $pirogov_pid) - $before }")
    echo "| C-STORE, four associations | $round | $(rate "$theirs") | $(rate "$ours") | $(ratio "$theirs" "$ours") | $(ratio "$theirs_cpu" "$ours_cpu") | – | – | – | $(ofdisk "$ours") |"
  done
} > "$stored/table"
{
  cat "$stored/table"
  echo
  verdict STOW-RS 3 < "$stored/table"
  verdict C-STORE 4 < "$stored/table"
  echo
  echo "## Where the processor's time goes"
  echo
  if command -v perf > /dev/null; then
    echo "Of a server of its own, whose compiled code tells its names (\`DOTNET_PerfMapEnabled=1\`, nothing compiled ahead), warmed by the other sets: \`perf record -F 999\` over $files"
    echo "instances by each door. A sample belongs to the innermost frame that says what is done (\`bench/doors/profile.py\`); what that calls of the runtime and of the kernel is its own."
    export DOTNET_PerfMapEnabled=1 DOTNET_ReadyToRun=0 DOTNET_EnableWriteXorExecute=0
    start_pirogov "$stored/profiled"
    ours_url="http://127.0.0.1:$pirogov_http/dicomweb/studies?centre=DEMO1&batch"
    for set in $(seq 2 "$rounds") $(seq $((3 * rounds + 1)) $((3 * rounds + warm))); do store "$ours_url=warm" "Bearer $pirogov_token" "$sent/$set" > /dev/null; done
    for ((set = rounds + 2; set <= 3 * rounds; set++)); do cstore PIROGOV "$pirogov_dicom" "$sent/$set" > /dev/null; done
    sleep 5
    profile "STOW-RS, 4 connections × 10" store "$ours_url=profiled" "Bearer $pirogov_token" "$sent/1"
    profile "C-STORE, one association" cstore PIROGOV "$pirogov_dicom" "$sent/$((rounds + 1))"
  else
    echo "\`perf\` is not installed."
  fi
} > "$out"
cat "$out"
