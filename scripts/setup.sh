# What a fresh machine lacks. The one list of system packages is packages.txt.

fail() { printf '\n%s\n' "$*" >&2; exit 1; }

say() { printf '· %s\n' "$*"; }

# Only need_packages calls it: its list of missing packages is what the message names.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "System packages are missing and there is neither root nor sudo. As root, run: apt-get update && apt-get install --no-install-recommends ${missing[*]}"; fi
}

need_tools() {
  command -v dotnet >/dev/null || fail "The .NET SDK 10 is missing: install it (https://dotnet.microsoft.com/download) and start again."
  dotnet --list-sdks | grep -q '^10\.' || fail "The .NET SDK 10 is missing; found: $(dotnet --list-sdks | tr '\n' ' ')"
  command -v node >/dev/null || fail "Node.js 20 or newer is missing: install it and start again."
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || fail "Node.js 20 or newer is needed; found $(node --version)."
}

# need_packages SECTION… : installs what is not there yet from the sections of packages.txt
need_packages() {
  command -v dpkg-query >/dev/null || { say "no dpkg here: see packages.txt for the system packages that are needed"; return 0; }
  local section package missing=()
  for section in "$@"; do
    while read -r package; do
      dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done < <(awk -v want="[$section]" '/^\[/ { on = ($0 == want); next } on && NF && $0 !~ /^#/' packages.txt)
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  say "installing system packages: ${missing[*]}"
  as_root apt-get update -qq || fail "apt-get update failed: check the machine's package sources."
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null \
    || fail "Installing the system packages failed: ${missing[*]}"
}
