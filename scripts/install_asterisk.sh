#!/bin/bash
# Asterisk for bench/beside_asterisk.py, from Debian unstable (Debian 12 has no package of it), in a
# folder of its own: nothing of it is installed beside the machine's own programs or started.
#
#     scripts/install_asterisk.sh [DIR]
#
# As root; needs 500 MB and about a minute, and does nothing where it was done before. To be rid of
# it, remove the folder.
set -eu
dir=${1:-/srv/ringfence-peers/asterisk}
program=usr/sbin/asterisk

if [ -x "$dir/$program" ]; then
	echo "Asterisk is in $dir already."
	exit 0
fi
if [ -n "$(ls -A "$dir" 2>/dev/null)" ]; then
	echo "install_asterisk.sh: $dir is not empty and has no Asterisk in it" >&2
	exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
	echo "install_asterisk.sh: a Debian in a folder of its own is made, and entered, by root alone" >&2
	exit 1
fi
if ! command -v debootstrap >/dev/null; then
	echo "Installing debootstrap."
	{ apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends debootstrap; } >/dev/null || {
		echo "install_asterisk.sh: debootstrap is missing, and apt-get cannot install it" >&2
		exit 1
	}
fi

# The archive that this machine's apt was told to use, where it is a Debian.
mirror=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 2>/dev/null | awk '$1 == "Debian" { print $2; exit }')
mirror=${mirror:-http://deb.debian.org/debian}

# Made beside and moved at the end, so that a folder that is there is whole.
mkdir -p "$(dirname "$dir")"
making=$(mktemp -d "$dir.making.XXXXXX")
chmod 755 "$making"
trap 'rm -rf --one-file-system "$making"' EXIT

echo "Making a Debian unstable with Asterisk in $dir."
debootstrap --variant=minbase sid "$making" "$mirror" >"$making.log" 2>&1 || {
	tail -n 5 "$making.log" >&2
	echo "install_asterisk.sh: debootstrap failed; all it said is in $making.log" >&2
	exit 1
}
printf '#!/bin/sh\nexit 101\n' >"$making/usr/sbin/policy-rc.d" # no service is started
chmod 755 "$making/usr/sbin/policy-rc.d"
# What a package's scripts need to see is mounted for them alone and goes with them.
unshare --mount --propagation private sh -c '
	mount -t proc proc "$1/proc" &&
	DEBIAN_FRONTEND=noninteractive exec chroot "$1" apt-get install -y -q --no-install-recommends asterisk
' sh "$making" >>"$making.log" 2>&1 || {
	tail -n 5 "$making.log" >&2
	echo "install_asterisk.sh: apt-get failed in the new Debian; all it said is in $making.log" >&2
	exit 1
}
rm -rf "$making"/var/cache/apt/archives/*.deb "$making"/var/lib/apt/lists/*
touch "$making/etc/hosts" # the benchmark mounts its own over it
if [ -d "$dir" ]; then rmdir "$dir"; fi
mv "$making" "$dir"
rm -f "$making.log"
trap - EXIT
echo "$(chroot "$dir" "/$program" -V) is in $dir."
