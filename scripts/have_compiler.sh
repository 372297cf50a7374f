#!/bin/bash
# See that a C compiler is there for the native media engine. Without one the install goes on and
# the pure-Python engine serves, so this never fails.
set -u
if command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null; then
	exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
	echo "Installing gcc, which the native media engine is compiled with."
	if apt-get update -q >/dev/null &&
		DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends gcc libc6-dev >/dev/null; then
		exit 0
	fi
fi
echo "There is no C compiler: the pure-Python media engine will serve, for fewer calls." >&2
echo "For the native one: sudo apt-get install gcc libc6-dev, then make install again." >&2
exit 0
