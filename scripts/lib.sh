# Shared by the scripts in this folder; source it, do not run it.

# say TEXT...: one line of progress, on stderr so that a script's own output stays clean.
say() { printf '== %s\n' "$*" >&2; }

# fail TEXT...: one sentence, and the end of the script.
fail() { printf '%s\n' "$*" >&2; exit 1; }

# need_packages PACKAGE...: installs with apt-get what dpkg does not know as installed, as root or through sudo.
need_packages() {
  local package missing=() as_root=()
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
    fail "This machine has no apt-get; install the equivalent of these Debian packages by hand: $*"
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "Please install these packages as root and start again: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  # A bare machine has no package lists; only then, or when a list is too old to fetch from, is an update needed.
  install_missing() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      -o Dpkg::Use-Pty=0 "${missing[@]}" >&2
  }
  if ! install_missing 2>/dev/null; then
    say "fetching the package lists first"
    "${as_root[@]}" apt-get update -qq >&2 && install_missing ||
      fail "apt-get could not install ${missing[*]}; its message is above."
  fi
}
