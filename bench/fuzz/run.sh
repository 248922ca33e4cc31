#!/usr/bin/env bash
# Mutated DICOM files through reading, writing, the stream copy and the models. RUNS, SEED and FOLDER may be set; four processes
# take a quarter of the runs each, with seeds that follow one another.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
runs=${RUNS:-1000000} seed=${SEED:-20260101} folder=${FOLDER:-../shared/data/radiology}
dotnet build bench/Benchmarks/Benchmarks.csproj -c Release -v q -clp:ErrorsOnly --nologo
finds=$(mktemp -d)
for part in 0 1 2 3; do
  nice -n 10 dotnet bench/Benchmarks/bin/Release/net10.0/Pirogov.Benchmarks.dll fuzz "$folder" $((runs / 4)) $((seed + part)) "$finds" > "$finds/$part.figures" || true &
done
wait
for part in 0 1 2 3; do
  [[ -s "$finds/$part.figures" ]] || { echo "part $part ended without figures: a hang, or worse; see $finds" >&2; exit 3; }
done
read -r seeds corpus read refused crashes hangs kinds slowest memory < <(cat "$finds"/*.figures | awk '
  { seeds = $3; corpus += $4; read += $5; refused += $6; crashes += $7; hangs += $8; kinds = $9 > kinds ? $9 : kinds; slowest = $10 > slowest ? $10 : slowest; memory = $12 > memory ? $12 : memory }
  END { print seeds, corpus, read, refused, crashes, hangs, kinds, slowest, memory }')
cat > bench/results/fuzz.md <<TABLE
# Fuzzing the DICOM reader, writer and models

\`RUNS=$runs SEED=$seed ./pirogov bench fuzz\` — our own mutations, the same for the same seed: bits, bytes, lengths, tags, delimiters,
splices, cuts, nestings of up to 12,000 sequences, declared syntaxes. Each input is read whole, as a header and from a stream with its pixels left there;
what is read is written, read again and written the same; every eighth also goes through JSON and XML and back, and comes out with the values that it had.
A crash is anything but DicomFormatException with an offset inside the input (of a deflated one: inside what it may inflate to); a hang is a run of more than 10 s of
the processor's time: it ends the fuzzing with exit code 3 and without a table, so that a table says none by being there.

| runs | seeds: files | corpora at the end | read | refused | crashes | hangs | kinds of behaviour | slowest run, ms of processor | peak memory, MB |
|---|---|---|---|---|---|---|---|---|---|
| $runs | $seeds | $corpus | $read | $refused | $crashes | $hangs | $kinds | $slowest | $memory |
TABLE
cat bench/results/fuzz.md
