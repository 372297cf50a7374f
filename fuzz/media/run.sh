#!/bin/sh
# A bounded run of the media fuzzers by hand: fuzz/media/run.sh [SECONDS]
exec "${PYTHON:-python3}" "$(dirname "$0")/run.py" --inputs 1000000 --seconds "${1:-300}"
