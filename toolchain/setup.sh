# Set-up, read by ./hnx before every command: installs what is missing and says so on standard error; with
# everything there it costs a few milliseconds and is silent. Sets NODE, the Node to run the toolchain with.
# Needs only Debian's packages (as root or through sudo) and the npm registry.

NODE_MAJOR_MIN=20
NODE_PACKAGE=node@20.19.5
NODE_PREFIX=build/tools/node
LOCK_COPY=node_modules/.hnx-package-lock.json

setup_say() {
  echo "setup: $*" >&2
}

setup_fail() {
  setup_say "$*"
  exit 1
}

# setup_install package…: installs Debian packages; refreshes the package lists only when that is needed.
setup_install() {
  if [ "$(id -u)" = 0 ]; then as_root=""
  elif command -v sudo >/dev/null 2>&1; then as_root="sudo"
  else setup_fail "missing: $*. Install them with: apt-get install $*"
  fi
  command -v apt-get >/dev/null 2>&1 || setup_fail "missing: $*, and this is no Debian: install them by hand"
  setup_say "installing Debian packages: $*"
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >&2 && return
  setup_say "refreshing Debian's package lists"
  $as_root apt-get update >&2
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >&2 ||
    setup_fail "could not install: $*"
}

# setup_missing command=package…: prints the packages whose command is not there.
setup_missing() {
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null 2>&1 || printf ' %s' "${pair#*=}"
  done
}

setup_packages() {
  packages=$(setup_missing clang-19=clang-19 ld.lld-19=lld-19 llvm-objcopy-19=llvm-19 \
    qemu-system-aarch64=qemu-system-arm "$@")
  # shellcheck disable=SC2086  # a list of words
  [ -z "$packages" ] || setup_install $packages
}

# setup_node_works node: says whether that Node is there and new enough.
setup_node_works() {
  command -v "$1" >/dev/null 2>&1 || return 1
  major=$("$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null) || return 1
  [ "$major" -ge "$NODE_MAJOR_MIN" ]
}

setup_node() {
  local_node=$NODE_PREFIX/node_modules/node/bin/node
  for NODE in node "$local_node"; do
    ! setup_node_works "$NODE" || return 0
  done
  packages=$(setup_missing npm=npm node=nodejs)
  # shellcheck disable=SC2086
  [ -z "$packages" ] || setup_install $packages
  setup_say "Node $NODE_MAJOR_MIN or newer is missing: installing npm's $NODE_PACKAGE into $NODE_PREFIX"
  npm install --prefix "$NODE_PREFIX" --no-save --no-audit --no-fund "$NODE_PACKAGE" >&2 || true
  setup_node_works "$local_node" ||
    setup_fail "could not install Node: install version $NODE_MAJOR_MIN or newer and put it first in PATH"
  NODE=$local_node
}

setup_npm() {
  ! cmp -s package-lock.json "$LOCK_COPY" || return 0
  command -v npm >/dev/null 2>&1 || setup_install npm
  setup_say "installing the npm packages of package-lock.json"
  PATH=$(dirname "$(command -v "$NODE")"):$PATH npm ci --no-audit --no-fund >&2 || setup_fail "npm ci failed"
  cp package-lock.json "$LOCK_COPY"
}

case "${1:-}" in
  debug) setup_packages gdb-multiarch=gdb-multiarch ;;
  bench | bench-check) setup_packages mke2fs=e2fsprogs ;; # the disk rows' image: toolchain/bench/disk_image.ts
  test) # spin: the model of tests/ring; e2fsprogs: the disk images of tests/unit/ext; curl, ab: tests/boot/http.test.ts
    setup_packages gdb-multiarch=gdb-multiarch spin=spin mke2fs=e2fsprogs curl=curl ab=apache2-utils ;;
  help | lint) ;;
  *) setup_packages ;;
esac
setup_node
setup_npm
