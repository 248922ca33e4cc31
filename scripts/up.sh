# `./pirogov up`: set-up, publish, run in the foreground.

up() {
  local port=8080 data=.pirogov demo=on setup=yes
  while [ $# -gt 0 ]; do
    case "$1" in
      --port) port=${2:?--port takes a number}; shift ;;
      --data) data=${2:?--data takes a folder}; shift ;;
      --empty) demo=off ;;
      --no-setup) setup=no ;;
      *) fail "Unknown option $1. Known: --port N, --data DIR, --empty, --no-setup" ;;
    esac
    shift
  done
  [[ $port =~ ^[0-9]+$ ]] && [ "$port" -ge 1 ] && [ "$port" -le 65535 ] || fail "--port takes a number from 1 to 65535, not '$port'."
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then fail "Port $port is taken: stop what listens there or choose another with --port."; fi
  mkdir -p "$data" || fail "The folder $data cannot be made."
  data=$(cd "$data" && pwd)
  if [ "$setup" = yes ]; then
    need_tools
    need_packages run
    publish_when_changed
  fi
  [ -f artifacts/publish/Pirogov.Portal.dll ] || fail "Nothing is published yet: run ./pirogov up without --no-setup once."
  export Data=$data Demo=$demo PublicUrl=${PublicUrl:-http://127.0.0.1:$port}
  local status=0 log=$data/pirogov.log
  say "the log goes to $log"
  # Ctrl-C reaches the host too, which ends its jobs cleanly; this shell only waits for it.
  trap : INT
  (cd artifacts/publish && exec dotnet Pirogov.Portal.dll --urls "http://127.0.0.1:$port" 2>>"$log") || status=$?
  trap - INT
  [ "$status" = 0 ] || [ "$status" = 130 ] || { tail -5 "$log" | cut -c1-400 >&2; fail "The platform ended with status $status; the whole log is $log."; }
  say "stopped"
}

# Publishing takes minutes; a second start compares one hash of the sources and skips it. The analyzers are for those who
# change the code.
publish_when_changed() {
  local now
  now=$(find src web strings Directory.*.props global.json -type f -not -path '*/bin/*' -not -path '*/obj/*' -not -path '*/node_modules/*' -not -path 'web/dist/*' \
    -print0 | sort -z | xargs -0 sha256sum | sha256sum)
  [ "$now" = "$(cat artifacts/publish/.sources 2>/dev/null || true)" ] && return 0
  say "building and publishing (the first time takes a few minutes)"
  rm -rf artifacts/publish
  publish src/Portal/Portal.csproj artifacts/publish
  printf '%s' "$now" > artifacts/publish/.sources
}

client() {
  dotnet build src/Cli/Cli.csproj -v q -clp:ErrorsOnly --nologo >&2 || fail "The command line client did not build."
  exec dotnet src/Cli/bin/Debug/net10.0/Pirogov.Cli.dll "$@"
}

# publish PROJECT FOLDER: compiled ahead for this machine where that can be had, so that the first minutes are not spent compiling.
publish() {
  local machine options=(-c Release -o "$2" -v q -clp:ErrorsOnly --nologo -p:RunAnalyzers=false)
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) machine=linux-x64 ;;
    Linux-aarch64) machine=linux-arm64 ;;
    *) machine= ;;
  esac
  [ -n "$machine" ] && dotnet publish "$1" "${options[@]}" -r "$machine" --self-contained false -p:PublishReadyToRun=true >/dev/null 2>&1 && return
  dotnet publish "$1" "${options[@]}" || fail "The build failed: the errors stand above."
}
