#!/usr/bin/env bash
# Dice + HD95 + NSD of two masks against a SciPy implementation, pair by pair in the same run; the values must agree.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
shape=${SHAPE:-"512 512 200"}
dotnet build bench/Benchmarks/Benchmarks.csproj -c Release -v q -clp:ErrorsOnly --nologo
out=bench/results/overlap.md
{
  echo "# Overlap: Dice, HD95 and NSD of two masks against SciPy"
  echo
  echo "\`SHAPE=\"$shape\" ./pirogov bench overlap\` — one process each, after the masks are made; values: Dice, HD95 (mm), NSD (2 mm). Memory: all that"
  echo "ours allocates beside the two masks, of $(awk "BEGIN { split(\"$shape\", n, \" \"); printf \"%.0f\", n[1] * n[2] * n[3] / 1048576 }") MB each."
  echo
  echo "| pair | ours, s | SciPy, s | SciPy ÷ ours | ours: memory, MB | ours: values | SciPy: values |"
  echo "|---|---|---|---|---|---|---|"
  for pair in 1 2 3; do
    # shellcheck disable=SC2086
    read -r ours memory values < <(dotnet bench/Benchmarks/bin/Release/net10.0/Pirogov.Benchmarks.dll overlap $shape)
    # shellcheck disable=SC2086
    read -r theirs peers < <(/usr/bin/python3 bench/overlap/peer.py $shape)
    echo "| $pair | $ours | $theirs | $(awk "BEGIN { printf \"%.1f\", $theirs / $ours }") | $memory | $values | $peers |"
  done
} > "$out.new"
mv "$out.new" "$out"
cat "$out"
