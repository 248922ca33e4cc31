#!/usr/bin/env bash
# What it costs that codecs run in processes of their own: the same frames decoded here, in one worker and in a worker a core.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${SECONDS_EACH:-5}
dotnet build bench/Benchmarks/Benchmarks.csproj -c Release -v q -clp:ErrorsOnly --nologo
out=bench/results/codecs.md
mkdir -p bench/results
{
  echo "# Codecs: decoding in a process of their own"
  echo
  echo "\`SECONDS_EACH=$seconds ./pirogov bench codecs\` — one frame of 512 × 512 (16 bits, 12 of them used; JPEG 8 bits), raw megabytes a second, best of five"
  echo "turns taken alternately. RLE is decoded by our own code and needs no worker: its last columns show the noise of the measurement."
  echo
  echo "| codec | bytes of the stream | in this process | in one worker | worker ÷ process | a worker a core |"
  echo "|---|---|---|---|---|---|"
  dotnet bench/Benchmarks/bin/Release/net10.0/Pirogov.Benchmarks.dll codecs "$seconds" | sed 's/|/ | /g; s/^/| /; s/$/ |/'
} > "$out"
cat "$out"
