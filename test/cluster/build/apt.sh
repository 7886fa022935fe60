# Sourced: Debian packages from the mirror that this machine's apt uses, without a touch of its lists, its cache or what it
# has installed. All that is fetched lies below $work/apt.

mirror=${MCPNET_DEBIAN_MIRROR:-$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | sed 's#/*$##' | grep '/debian$' | sort -u | head -n 1)}
if [ -z "$mirror" ]; then
  echo "apt on this machine knows no Debian mirror; set MCPNET_DEBIAN_MIRROR to the address of one" >&2
  exit 1
fi
keyring=${MCPNET_DEBIAN_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}
if [ ! -r "$keyring" ]; then
  echo "$keyring is missing; install the package debian-archive-keyring" >&2
  exit 1
fi

# apt_suites "deb bookworm" "deb-src bookworm" ...: what apt_private knows of.
apt_suites() {
  mkdir -p "$work"/apt/{lists/partial,cache/archives/partial,log}
  : >"$work/apt/status"
  local line
  for line; do echo "${line% *} [signed-by=$keyring] $mirror ${line#* } main"; done >"$work/apt/sources.list"
  apt_private apt-get update
}

apt_private() {
  local apt=$work/apt
  "$1" -qq -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
    -o "Dir::State=$apt" -o "Dir::State::lists=$apt/lists" -o "Dir::State::status=$apt/status" \
    -o "Dir::Cache=$apt/cache" -o "Dir::Cache::archives=$apt/cache/archives" -o "Dir::Log=$apt/log" \
    -o APT::Install-Recommends=0 -o APT::Sandbox::User=root -o APT::Update::Post-Invoke-Success= -o Debug::NoLocking=1 \
    -o Acquire::Languages=none -o Acquire::Retries=3 "${@:2}"
}

# unpack DIRECTORY: every package that was fetched into the present directory.
unpack() {
  mkdir -p "$1"
  local package
  for package in *.deb; do dpkg-deb --extract "$package" "$1"; done
}
