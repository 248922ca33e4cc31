# `./pirogov bench [NAME]`: every folder of bench/ with a run.sh is a benchmark; figures go to bench/results/.

bench() {
  local name=${1:-} run found=no
  need_tools
  need_packages run test bench
  for run in bench/*/run.sh; do
    [ -f "$run" ] || continue
    [ -z "$name" ] || [ "$run" = "bench/$name/run.sh" ] || continue
    found=yes
    say "benchmark: $(basename "$(dirname "$run")")"
    bash "$run" || fail "The benchmark $run failed."
  done
  [ "$found" = yes ] || fail "No benchmark is named '$name'. There are: $(ls -d bench/*/ 2>/dev/null | xargs -n1 basename | tr '\n' ' ')"
}
