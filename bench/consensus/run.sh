#!/usr/bin/env bash
# Dawid-Skene of 100,000 items against a NumPy implementation, in the same run; log-likelihoods and steps must agree.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
items=${ITEMS:-100000} raters=${RATERS:-5} classes=${CLASSES:-10} rounds=${ROUNDS:-7} tolerance=${TOLERANCE:-1e-10}
dotnet build bench/Benchmarks/Benchmarks.csproj -c Release -v q -clp:ErrorsOnly --nologo
out=bench/results/consensus.md
{
  echo "# Consensus: Dawid–Skene against NumPy"
  echo
  echo "\`ITEMS=$items RATERS=$raters CLASSES=$classes ROUNDS=$rounds TOLERANCE=$tolerance ./pirogov bench consensus\` — $items items × $raters raters × $classes"
  echo "classes, a tenth of the ratings missing; from the ratings to labels, posteriors and error rates; median of $rounds rounds in one process each, pair by"
  echo "pair, on our side after compiling. NumPy + SciPy: every item in every step, as one writes it. Merged: the peer counts equal rows once, as ours does."
  echo "Memory: all that ours allocates beside its input, of which the posteriors are $(awk "BEGIN { printf \"%.1f\", $items * $classes * 8 / 1e6 }") MB."
  echo
  echo "| pair | ours, s | NumPy, s | NumPy ÷ ours | merged, s | merged ÷ ours | steps | ours: memory, MB | ours: ln L | NumPy: ln L |"
  echo "|---|---|---|---|---|---|---|---|---|---|"
  for pair in 1 2 3; do
    read -r ours value steps memory < <(dotnet bench/Benchmarks/bin/Release/net10.0/Pirogov.Benchmarks.dll consensus "$items" "$raters" "$classes" "$rounds" "$tolerance")
    read -r theirs peer peersteps < <(/usr/bin/python3 bench/consensus/peer.py "$items" "$raters" "$classes" "$rounds" "$tolerance" plain)
    read -r merged _ _ < <(/usr/bin/python3 bench/consensus/peer.py "$items" "$raters" "$classes" "$rounds" "$tolerance" merged)
    awk "BEGIN { d = $value - $peer; exit !(d < 1e-4 && d > -1e-4 && $steps == $peersteps) }" || { echo "ours $value in $steps steps, NumPy's $peer in $peersteps." >&2; exit 1; }
    echo "| $pair | $ours | $theirs | $(awk "BEGIN { printf \"%.1f | %s | %.1f\", $theirs / $ours, \"$merged\", $merged / $ours }") | $steps | $memory | $value | $peer |"
  done
} > "$out.new"
mv "$out.new" "$out"
cat "$out"
