#!/bin/bash
# debian-closure.sh DIRECTORY SUITE ARCHITECTURE PACKAGE...
#
# Unpacks PACKAGEs and all they depend on into DIRECTORY/root, as if no package were installed yet, and writes
# DIRECTORY/owners/<name>_<version> with the paths each package brought. Needs apt-get, dpkg-deb and tar; no root.
# The mirror is the one this machine's apt uses; MCPNET_DEBIAN_MIRROR names another.
set -euo pipefail

directory=$1 suite=$2 architecture=$3
shift 3
for program in apt-get dpkg-deb tar; do
  command -v "$program" >/dev/null && continue
  echo "$program is not on this machine; build on Debian or a relative of it, or install $program" >&2
  exit 1
done
apt=$directory/apt
mkdir -p "$apt"/lists/partial "$apt"/cache/archives/partial "$apt"/log "$directory"/{root,owners}
: >"$apt/status"

site() { apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | sed 's#/*$##' | grep "$1\$" | sort -u | head -n 1 || true; }

mirror=${MCPNET_DEBIAN_MIRROR:-$(site /debian)}
if [ -z "$mirror" ]; then
  echo "apt on this machine knows no Debian mirror; set MCPNET_DEBIAN_MIRROR to the address of one" >&2
  exit 1
fi
keyring=${MCPNET_DEBIAN_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}
if [ ! -r "$keyring" ]; then
  echo "$keyring is missing; install the package debian-archive-keyring" >&2
  exit 1
fi
echo "deb [signed-by=$keyring] $mirror $suite main" >"$apt/sources.list"
security=$(site /debian-security)
if [ "$suite" != sid ] && [ -n "$security" ] && [ -z "${MCPNET_DEBIAN_MIRROR:-}" ]; then
  echo "deb [signed-by=$keyring] $security $suite-security main" >>"$apt/sources.list"
fi

options=(
  -qq
  -o "APT::Architecture=$architecture" -o "APT::Architectures::=$architecture"
  -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
  -o "Dir::State=$apt" -o "Dir::State::lists=$apt/lists" -o "Dir::State::status=$apt/status"
  -o "Dir::Cache=$apt/cache" -o "Dir::Log=$apt/log"
  -o APT::Install-Recommends=0 -o APT::Sandbox::User=root -o Debug::NoLocking=1
  -o Acquire::Languages=none -o Acquire::Retries=3
)
apt-get "${options[@]}" update
apt-get "${options[@]}" install --yes --download-only "$@"

# The merged /usr first, so that packages from before the merge land where later ones do.
mkdir -p "$directory"/root/usr/{bin,sbin,lib,lib64}
for name in bin sbin lib lib64; do ln -s "usr/$name" "$directory/root/$name"; done
for package in "$apt"/cache/archives/*.deb; do
  owner=$(dpkg-deb --showformat='${Package}_${Version}' --show "$package")
  dpkg-deb --fsys-tarfile "$package" |
    tar -xv -C "$directory/root" --keep-directory-symlink --no-same-owner --no-same-permissions \
      --exclude=./usr/share/{man,info,locale} >"$directory/owners/${owner//:/%3a}"
done
rm -rf "$apt"
chmod -R u+rwX "$directory/root"
