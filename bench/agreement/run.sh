#!/usr/bin/env bash
# Krippendorff's alpha of a million ratings against a NumPy implementation, in the same run; the values must agree to 1e-9.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
items=${ITEMS:-223000} raters=${RATERS:-5} rounds=${ROUNDS:-7}
dotnet build bench/Benchmarks/Benchmarks.csproj -c Release -v q -clp:ErrorsOnly --nologo
out=bench/results/agreement.md
{
  echo "# Agreement: Krippendorff's α against NumPy"
  echo
  echo "\`ITEMS=$items RATERS=$raters ROUNDS=$rounds ./pirogov bench agreement\` — $items items × $raters raters, a tenth of the ratings missing: $((items * raters * 9 / 10)) are given;"
  echo "median of $rounds rounds in one process each, after the ratings are made and, on our side, compiled. Memory: what α needs beside its input."
  echo
  echo "| scale | values | ours, s | NumPy, s | NumPy ÷ ours | ours: memory, MB | ours: α | NumPy: α |"
  echo "|---|---|---|---|---|---|---|---|"
  for set in "nominal 5" "nominal 101" "ordinal 5" "ordinal 101" "interval 101" "ratio 101"; do
    read -r scale values <<< "$set"
    read -r ours memory value < <(dotnet bench/Benchmarks/bin/Release/net10.0/Pirogov.Benchmarks.dll agreement "$items" "$raters" "$values" "$rounds" "$scale")
    read -r theirs peer < <(/usr/bin/python3 bench/agreement/peer.py "$items" "$raters" "$values" "$rounds" "$scale")
    awk "BEGIN { d = $value - $peer; exit !(d < 1e-9 && d > -1e-9) }" || { echo "α on the $scale scale of $values values: ours $value, NumPy's $peer." >&2; exit 1; }
    echo "| $scale | $values | $ours | $theirs | $(awk "BEGIN { printf \"%.1f\", $theirs / $ours }") | $memory | $value | $peer |"
  done
} > "$out.new"
mv "$out.new" "$out"
cat "$out"
