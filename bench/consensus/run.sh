#!/usr/bin/env bash
# Dawid-Skene of 100,000 items against a NumPy implementation, in the same run; log-likelihoods and steps must agree.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
items=${ITEMS:-100000} raters=${RATERS:-5} classes=${CLASSES:-10} rounds=${ROUNDS:-15} tolerance=${TOLERANCE:-1e-10}
dotnet build bench/Benchmarks/Benchmarks.csproj -c Release -v q -clp:ErrorsOnly --nologo
out=bench/results/consensus.md
{
  echo "# Consensus: Dawid–Skene against NumPy"
  echo
  echo "\`ITEMS=$items RATERS=$raters CLASSES=$classes ROUNDS=$rounds TOLERANCE=$tolerance ./pirogov bench consensus\` — $items items × $raters raters × $classes"
  echo "classes, a tenth of the ratings missing; from the ratings to labels, posteriors and error rates; median of $rounds rounds in one process each, kind"
  echo "after kind, on our side after compiling. NumPy: vectorised over the items; 10 × this is wanted. + SciPy: with sparse products. Merged: the peer counts equal rows once, too."
  echo "Memory: all that ours allocates beside its input. Load: processes that wanted the machine's $(nproc) cores meanwhile."
  echo
  echo "| load | ours, s | NumPy, s | ÷ ours | + SciPy, s | ÷ ours | merged, s | ÷ ours | steps | ours: memory, MB | ours: ln L | NumPy: ln L |"
  echo "|---|---|---|---|---|---|---|---|---|---|---|---|"
  for _ in 1 2 3; do
    read -r ours value steps memory < <(dotnet bench/Benchmarks/bin/Release/net10.0/Pirogov.Benchmarks.dll consensus "$items" "$raters" "$classes" "$rounds" "$tolerance")
    row="| $(cut -d' ' -f1 /proc/loadavg) | $ours |"
    for kind in numpy scipy merged; do
      read -r theirs peer peersteps < <(/usr/bin/python3 bench/consensus/peer.py "$items" "$raters" "$classes" "$rounds" "$tolerance" "$kind")
      awk "BEGIN { d = $value - $peer; exit !(d < 1e-4 && d > -1e-4 && $steps == $peersteps) }" || { echo "ours $value in $steps steps, $kind $peer in $peersteps." >&2; exit 1; }
      row="$row $theirs | $(awk "BEGIN { printf \"%.1f\", $theirs / $ours }") |"
    done
    echo "$row $steps | $memory | $value | $peer |"
  done
} > "$out.new"
mv "$out.new" "$out"
cat "$out"
