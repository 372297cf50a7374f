#!/bin/bash
# Install the programs that the interoperability tests talk to, where that is possible, and say
# loudly what is missing: a test that did not run has shown nothing.
set -u

# program:package
peers=(sipp:sip-tester baresip:baresip-core chromium:chromium)

missing() {
	for peer in "${peers[@]}"; do
		command -v "${peer%%:*}" >/dev/null || echo "${peer##*:}"
	done
}

wanted=$(missing)
if [ -n "$wanted" ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
	echo "Installing for the interoperability tests: $(echo "$wanted" | tr '\n' ' ')"
	apt-get update -q >/dev/null || true
	for package in $wanted; do
		DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$package" >/dev/null || true
	done
fi

left=$(missing)
if [ -n "$left" ]; then
	echo "*******************************************************************************" >&2
	for package in $left; do
		echo "*  NOT INSTALLED: $package. The tests that need it WILL NOT RUN." >&2
	done
	echo "*  As root: apt-get install $(echo "$left" | tr '\n' ' ')" >&2
	echo "*******************************************************************************" >&2
fi
exit 0
