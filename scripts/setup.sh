# Sourced by the other scripts: set_up [EXTRA] makes .venv, if there is none, and installs the project into it.
# It does so again only when what is asked for has changed since: the stamps in .venv remember.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python="$root/.venv/bin/python"

wanted() { # what an install depends on: where it is, and the two files that say what belongs into it
    echo "$root"
    cat "$root/pyproject.toml" "$root/constraints.txt"
}

set_up() {
    local extra=${1:-} stamp
    stamp="$root/.venv/.installed${extra:+-$extra}"
    if [ -x "$python" ] && wanted | cmp -s - "$stamp"; then return; fi
    make_venv
    echo "Installing optimiser${extra:+ with what its ${extra}s need} into .venv (a minute or two, once) ..." >&2
    "$python" -m pip install -qq --disable-pip-version-check --no-input \
        --constraint "$root/constraints.txt" --editable "$root${extra:+[$extra]}" >&2
    wanted >"$root/.venv/.installed"
    wanted >"$stamp"
}

make_venv() {
    local moved=""
    if [ -f "$root/.venv/.installed" ] && [ "$(head -n 1 "$root/.venv/.installed")" != "$root" ]; then
        moved="--clear" # an environment knows its own place: one that was moved or copied is made again
    fi
    if [ -z "$moved" ] && "$python" -m pip --version >/dev/null 2>&1; then return; fi
    if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        echo "optimiser needs Python 3.11 or later as python3 (found: $(python3 --version 2>&1))" >&2
        exit 2
    fi
    echo "Making a Python environment in .venv ..." >&2
    python3 -m venv $moved "$root/.venv" >&2
}
