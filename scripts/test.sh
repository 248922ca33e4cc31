# `./pirogov test [PART…]`: set-up, build once, run the parts, close with one line of figures.

run_tests() {
  local parts=("$@") started=$SECONDS
  [ ${#parts[@]} -gt 0 ] || parts=(lint unit web integration e2e)
  need_tools
  need_packages run test
  mkdir -p artifacts/test
  rm -f artifacts/test/*.log artifacts/test/*.trx
  say "building"
  # One compiler for all projects: a compiler each spends more time starting than compiling.
  dotnet build Pirogov.slnx -v q -clp:ErrorsOnly --nologo -p:UseSharedCompilation=true || fail "The build failed: the errors stand above."
  local part failed=0 passed_total=0 failed_total=0 skipped_total=0
  for part in "${parts[@]}"; do
    case "$part" in
      lint) lint || failed=1 ;;
      web) web_tests || failed=1 ;;
      unit) dotnet_tests Unit || failed=1 ;;
      integration) with_postgresql dotnet_tests Integration || failed=1 ;;
      e2e) dotnet_tests EndToEnd || failed=1 ;;
      *) fail "Unknown part '$part'. Known: lint, unit, web, integration, e2e" ;;
    esac
  done
  local counts
  while read -r counts; do
    set -- $counts
    passed_total=$((passed_total + $1)); failed_total=$((failed_total + $2)); skipped_total=$((skipped_total + $3))
  done < <(cat artifacts/test/*.counts 2>/dev/null)
  rm -f artifacts/test/*.counts
  [ "$failed" = 0 ] || [ "$failed_total" != 0 ] || failed_total=1
  say "took $(((SECONDS - started) / 60)) min $(((SECONDS - started) % 60)) s"
  printf 'Tests: %d passed, %d failed, %d skipped\n' "$passed_total" "$failed_total" "$skipped_total"
  [ "$failed_total" = 0 ] && [ "$failed" = 0 ]
}

dotnet_tests() {
  local name=$1 log=artifacts/test/$1.log status=0
  say "tests: $name"
  dotnet test "tests/$name/$name.csproj" --no-build --nologo --blame-hang-timeout 10m --logger "console;verbosity=normal" --logger "trx;LogFileName=$name.trx" \
    --results-directory artifacts/test >"$log" 2>&1 || status=1
  local trx=artifacts/test/$name.trx
  if [ -f "$trx" ]; then
    grep -o '<Counters [^>]*' "$trx" | sed -E 's/.*total="([0-9]+)" executed="([0-9]+)" passed="([0-9]+)" failed="([0-9]+)".*/\3 \4 \1 \2/' \
      | { read -r passed broken total executed; echo "$passed $broken $((total - executed))" > "artifacts/test/$name.counts"; say "$name: $passed passed, $broken failed, $((total - executed)) skipped"; }
    skips "$trx" || status=1
  else
    status=1
  fi
  [ "$status" = 0 ] || grep -E '\[FAIL\]|error|Error Message|Assert|   at Pirogov' -A4 "$log" | head -150
  return "$status"
}

# skips TRX : names what was skipped and why. Where the shared data lie beside the repository everything that a test needs is there,
# and a skip that tests/skips.txt does not name is a failure: otherwise a test could stop running unseen.
skips() {
  local name reason sentence unnamed=0
  while IFS=$'\t' read -r name reason; do
    say "skipped: $name: $reason"
    sentence=${name%%(*}
    [ ! -d ../shared ] || grep -qxF "${sentence##*.}" tests/skips.txt || unnamed=1
  done < <(awk 'BEGIN { RS = "<UnitTestResult " } /outcome="NotExecuted"/ {
    name = $0; sub(/.*testName="/, "", name); sub(/".*/, "", name)
    reason = "no reason"; if ($0 ~ /<Message>/) { reason = $0; sub(/.*<Message>/, "", reason); sub(/<\/Message>.*/, "", reason); gsub(/[\n\t]/, " ", reason) }
    print name "\t" reason }' "$1")
  [ "$unnamed" = 0 ] || say "where ../shared is present only the tests that tests/skips.txt names may be skipped"
  return "$unnamed"
}

web_tests() {
  local log=artifacts/test/web.log status=0
  say "tests: web"
  (cd web && npm test) >"$log" 2>&1 || status=1
  local plain
  plain=$(sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -E '^ *Tests ' | tail -1)
  echo "$(grep -oE '[0-9]+ passed' <<<"$plain" | grep -oE '[0-9]+' || echo 0) $(grep -oE '[0-9]+ failed' <<<"$plain" | grep -oE '[0-9]+' || echo 0) $(grep -oE '[0-9]+ skipped' <<<"$plain" | grep -oE '[0-9]+' || echo 0)" > artifacts/test/web.counts
  say "web:$plain"
  # They need nothing that could be absent.
  ! grep -q skipped <<<"$plain" || status=1
  [ "$status" = 0 ] || tail -60 "$log"
  return "$status"
}

lint() {
  mkdir -p artifacts/test
  say "lint: C#"
  dotnet format whitespace . --folder --verify-no-changes >artifacts/test/format.log 2>&1 \
    || { head -30 artifacts/test/format.log; say "dotnet format whitespace . --folder mends these"; return 1; }
  say "lint: TypeScript"
  (cd web && npm run --silent lint) >artifacts/test/eslint.log 2>&1 || { tail -40 artifacts/test/eslint.log; return 1; }
}
