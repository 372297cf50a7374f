#!/bin/bash
# Make the virtual environment: scripts/make_venv.sh PYTHON FOLDER
#
# Debian keeps what venv needs in a package of its own. As root it is installed; everybody else
# is told the command.
set -euo pipefail
python=$1
folder=$2

if ! command -v "$python" >/dev/null; then
	echo "There is no $python here. Install Python 3.11 or later, e.g. apt-get install python3-venv" >&2
	exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
	echo "Ringfence needs Python 3.11 or later; $python is $("$python" -V). Try: make PYTHON=python3.12" >&2
	exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
	package=$("$python" -c 'import sys; print(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")')
	if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
		echo "Installing $package, which virtual environments need."
		apt-get update -q >/dev/null
		DEBIAN_FRONTEND=noninteractive apt-get install -y -q "$package" >/dev/null
	else
		echo "Python cannot make virtual environments here. Install the package first:" >&2
		echo "  sudo apt-get install $package" >&2
		exit 1
	fi
fi
"$python" -m venv "$folder"
