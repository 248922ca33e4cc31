#!/usr/bin/env bash
# Mutated DICOM files through reading, writing, the stream copy and the models. RUNS, SEED and FOLDER may be set.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
runs=${RUNS:-1000000} seed=${SEED:-20260101} folder=${FOLDER:-../shared/data/radiology}
dotnet build bench/Benchmarks/Benchmarks.csproj -c Release -v q -clp:ErrorsOnly --nologo
finds=$(mktemp -d)
read -r runs seed seeds corpus read refused crashes hangs kinds slowest seconds memory \
  < <(nice -n 10 dotnet bench/Benchmarks/bin/Release/net10.0/Pirogov.Benchmarks.dll fuzz "$folder" "$runs" "$seed" "$finds")
cat > bench/results/fuzz.md <<TABLE
# Fuzzing the DICOM reader, writer and models

\`RUNS=$runs SEED=$seed ./pirogov bench fuzz\` — our own mutations, the same for the same seed: bits, bytes, lengths, tags, delimiters,
splices, cuts, nestings of up to 12,000 sequences, declared syntaxes. Each input is read whole, as a header and from a stream with its pixels left there;
what is read is written, read again and written the same; every eighth also goes through JSON and XML and back.
A crash is anything but DicomFormatException with an offset inside the input; a hang is a run of more than 10 s of the processor's time.

| runs | seeds: files | corpus at the end | read | refused | crashes | hangs | kinds of behaviour | slowest run, ms of processor | peak memory, MB | all, s of clock |
|---|---|---|---|---|---|---|---|---|---|---|
| $runs | $seeds | $corpus | $read | $refused | $crashes | $hangs | $kinds | $slowest | $memory | $seconds |
TABLE
cat bench/results/fuzz.md
