#!/usr/bin/env bash
# Makes .venv with the newest Python from 3.11 on and puts uv into it, checked by hash.
set -euo pipefail

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if ! { [ -x .venv/bin/python ] && fits .venv/bin/python; }; then
    found=""
    for python in ${PYTHON_FOR_VENV:-} python3 python3.13 python3.12 python3.11; do
        if command -v "$python" >/dev/null && fits "$python"; then found="$python"; break; fi
    done
    if [ -z "$found" ]; then
        echo "Python 3.11 or newer is needed (Debian: apt-get install python3 python3-venv), then run make again." >&2
        exit 1
    fi
    echo "Making .venv with $("$found" --version) …"
    rm -rf .venv
    if ! "$found" -m venv .venv; then
        echo "Python's venv is needed (Debian: apt-get install python3-venv), then run make again." >&2
        exit 1
    fi
fi
.venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip --upgrade >/dev/null
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.lock
