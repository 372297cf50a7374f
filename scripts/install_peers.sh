#!/bin/bash
# Install the programs that the interoperability tests talk to, where that is possible, and say
# loudly what is missing: a test that did not run has shown nothing.
set -u
PATH=$PATH:/usr/lib/kannel/test

# program:package
peers=(sipp:sip-tester baresip:baresip-core linphonec:linphone-cli chromium:chromium node:nodejs npm:npm
	drive_smpp:kannel-extras)
# packages of npm, installed beside the repository's tests and not into it (tests/support/node_run.py)
modules=(twilio@6 smpp@0.5.1)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/ringfence-peers

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

lacking() {
	for module in "${modules[@]}"; do
		[ -d "$cache/node_modules/${module%%@*}" ] || echo "$module"
	done
}

wanted=$(lacking)
if [ -n "$wanted" ] && command -v npm >/dev/null; then
	echo "Installing for the interoperability tests, from npm: $(echo "$wanted" | tr '\n' ' ')"
	mkdir -p "$cache"
	npm install --silent --no-audit --no-fund --prefix "$cache" "${modules[@]}" >/dev/null || true
fi

left="$(missing) $(lacking)"
left=$(echo $left)
if [ -n "$left" ]; then
	echo "*******************************************************************************" >&2
	for package in $left; do
		echo "*  NOT INSTALLED: $package. The tests that need it WILL NOT RUN." >&2
	done
	echo "*  As root: apt-get install, or npm install --prefix $cache" >&2
	echo "*******************************************************************************" >&2
fi
exit 0

