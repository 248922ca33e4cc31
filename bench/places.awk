# Samples of "perf script -F comm,pid,ip,sym,dso" by place. "rules" is a file of lines "pattern<tab>place": the first pattern that fits the stack, leaf
# first and the thread's name last, has the sample; samples of a place named "-" are not counted. Prints a table of shares.
BEGIN { while ((getline line < rules) > 0) { split(line, rule, "\t"); patterns[++n] = rule[1]; places[n] = rule[2] } }
function take(   i) {
  if (stack == "") return
  stack = stack " |" thread
  for (i = 1; i < n && stack !~ patterns[i]; i++) {}
  if (places[i] != "-") { counts[places[i]]++; all++ }
  stack = ""
}
/^$/ { take(); next }
$NF !~ /\)$/ { thread = $0; next }
{ $1 = ""; stack = stack " |" $0 }
END {
  take()
  print "| where the processor's time goes | share |\n|---|---|"
  for (i = 1; i <= n; i++) if (counts[places[i]]) { printf "| %s | %.0f %% |\n", places[i], 100 * counts[places[i]] / all; delete counts[places[i]] }
}
