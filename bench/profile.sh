# Sourced by benchmarks. where_time_goes RULES COMMAND…: samples a .NET program with perf and prints where its processor's time goes.
where_time_goes() {
  local rules=$1 folder
  shift
  command -v perf > /dev/null || { echo "(No profile: there is no perf on this machine.)"; return; }
  folder=$(mktemp -d)
  # Without protection of compiled code perf finds the names of its methods, which lie where perf looks for them.
  DOTNET_EnableWriteXorExecute=0 DOTNET_PerfMapEnabled=1 perf record -F 1999 -g -o "$folder/samples" -- "$@" > /dev/null 2>&1
  perf script -i "$folder/samples" -F comm,pid,ip,sym,dso > "$folder/stacks" 2> /dev/null
  awk -v rules="$rules" -f bench/places.awk "$folder/stacks"
  rm -f "/tmp/perf-$(awk '/^dotnet / { print $2; exit }' "$folder/stacks").map"
  rm -rf "$folder"
}
