# A private PostgreSQL cluster for the tests: own folder, own socket, a free port on 127.0.0.1, gone afterwards.

with_postgresql() {
  local bin folder port status=0 run=()
  bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
  [ -x "$bin/initdb" ] || fail "PostgreSQL is not installed (packages.txt, section test)."
  folder=$(mktemp -d /tmp/pirogov-pg.XXXXXX)
  # The server refuses to run as root.
  if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; run=(setpriv --reuid postgres --regid postgres --clear-groups --); fi
  port=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
  "${run[@]}" "$bin/initdb" -D "$folder/data" -U pirogov -A trust -E UTF8 --locale=C.UTF-8 >"$folder.log" 2>&1 || { cat "$folder.log"; fail "initdb failed."; }
  "${run[@]}" "$bin/pg_ctl" -D "$folder/data" -w -t 60 -l "$folder/data/server.log" \
    -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$folder -c max_connections=400" start >>"$folder.log" 2>&1 \
    || { cat "$folder.log" "$folder/data/server.log"; fail "The test cluster did not start."; }
  trap "stop_postgresql '$bin' '$folder'" EXIT INT TERM
  # Every test host has a database, so a pool, of its own. Npgsql keeps an idle pool for five minutes, long after its host has gone, and the
  # cluster runs out of connections on a machine that is quick to start the next.
  export PIROGOV_TEST_POSTGRESQL="Host=127.0.0.1;Port=$port;Username=pirogov;Database=postgres;Maximum Pool Size=20;Connection Idle Lifetime=10;Connection Pruning Interval=5"
  "$@" || status=$?
  unset PIROGOV_TEST_POSTGRESQL
  stop_postgresql "$bin" "$folder"
  trap - EXIT INT TERM
  return "$status"
}

stop_postgresql() {
  local bin=$1 folder=$2 run=()
  [ -d "$folder" ] || return 0
  [ "$(id -u)" = 0 ] && run=(setpriv --reuid postgres --regid postgres --clear-groups --)
  "${run[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder" "$folder.log"
}
