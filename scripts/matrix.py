"""Whether the tests pass with every version that pyproject allows: a table of Pythons by sets of versions.

`pinned` is constraints.txt, `newest` what an installer picks, `oldest` the floors of pyproject, those of the
extras too; where a floor has nothing ready-made for a Python, the first later release that has. Only what is
ready-made is installed, and warnings that our modules give rise to are errors. What pytest said is kept
beside the environments.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from itertools import chain, product
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".venv-matrix"
README = ROOT / "scripts" / "benchmarking" / "README.md"
ROW = re.compile(r"^\| (3\.\d+ \| \w+) \| .*\|$", re.MULTILINE)
BLOCK = re.compile(r"(<!-- matrix -->\n).*(<!-- end of matrix -->)", re.DOTALL)
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SETS = ("pinned", "newest", "oldest")
TOOLS = ("mypy", "pandas-stubs", "ruff")  # of style and types: no test imports them
PIP = ("-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input", "--only-binary", ":all:")
STRICT = ("-o", "filterwarnings=error:::optimiser", "-p", "no:cacheprovider", "-q")


def main(arguments: Sequence[str]) -> None:
    """Make each environment and run the tests in it, printing a row for each, and keeping it if asked to."""
    command = argparse.ArgumentParser(prog="scripts/matrix", description=__doc__, allow_abbrev=False)
    command.add_argument("--set", action="append", help="one such as 3.12-oldest, not all; may be repeated")
    command.add_argument(
        "--readme", action="store_true", help="renew the rows in scripts/benchmarking/README.md"
    )
    options, tests = command.parse_known_args(arguments)
    found, commit, failed = dict(pythons()), revision(), False
    lacking = ", ".join(python for python in PYTHONS if python not in found) or "none"
    print(f"Not on this machine: Python {lacking}.")
    for python, versions in product(found, SETS):
        if not options.set or f"{python}-{versions}" in options.set:
            said = attempt(found[python], python, versions, tests)
            row = f"| {python} | {versions} | {commit} | {said} |"
            print(row, flush=True)
            failed |= said.startswith("failed")
            if options.readme:
                renew(row, lacking)
    if failed:
        sys.exit(1)


def renew(row: str, lacking: str) -> None:
    """Write one row into the README's table, in place of what stands there for its set."""
    text = README.read_text(encoding="utf-8")
    rows = {found[1]: found[0] for found in chain(ROW.finditer(text), ROW.finditer(row))}
    ordered = [rows[key] for each in product(PYTHONS, SETS) if (key := " | ".join(each)) in rows]
    head = [
        f"Not on this machine: Python {lacking}.",
        "",
        "| Python | versions | commit | |",
        "|---|---|---|---|",
    ]
    table = "\n".join([*head, *ordered])
    README.write_text(BLOCK.sub(lambda block: f"{block[1]}{table}\n{block[2]}", text), encoding="utf-8")


def revision() -> str:
    """The commit that the tests ran on."""
    return _run(["git", "describe", "--always", "--dirty", "--exclude", "*"]).stdout.strip()


def pythons() -> Iterator[tuple[str, str]]:
    """Version and path of those that the machine has."""
    for python in PYTHONS:
        installed = sorted(Path.home().glob(f".pyenv/versions/{python}.*/bin/python{python}"), reverse=True)
        on_path = shutil.which(f"python{python}")
        for path in [*([on_path] if on_path else []), *map(str, installed)]:
            if not _run([path, "-c", "import ensurepip, venv"]).returncode:
                yield python, path
                break


def attempt(interpreter: str, python: str, versions: str, tests: Sequence[str]) -> str:
    """What came of the tests in one environment, with the versions that they ran with."""
    home = HOME / f"{python}-{versions}"
    done = _run([interpreter, "-m", "venv", "--clear", str(home)])
    inside = str(home / "bin" / "python")
    if not done.returncode:
        done = install(inside, versions)
    if done.returncode:
        return f"failed: does not install: {_last(done)}"
    done = _run([inside, "-m", "pytest", *STRICT, *tests])
    (HOME / f"{python}-{versions}.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    return f"{'passed' if not done.returncode else 'failed'}: {_last(done)}; {_had(inside)}"


def install(python: str, versions: str) -> subprocess.CompletedProcess[str]:
    """Install the project with what its tests need; of a floor without a ready-made package, a later one."""
    call = [python, *PIP, "--editable", f"{ROOT}[test]"]
    if versions == "pinned":
        return _run([*call, "--constraint", str(ROOT / "constraints.txt")])
    if versions == "newest":
        return _run([*call, "--upgrade"])
    exact = [lowest(python, name, floor) for name, floor in floors().items()]
    return _run([python, *PIP, "--editable", str(ROOT), *exact])


def floors() -> dict[str, str]:
    """The least version of each dependency, those of every extra too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    pairs = (re.fullmatch(r"([\w-]+)>=([\w.]+)", requirement) for requirement in asked)
    return {pair[1]: pair[2] for pair in pairs if pair and pair[1] not in TOOLS}


def lowest(python: str, name: str, floor: str) -> str:
    """The oldest release from the floor on that has something ready-made for this Python."""
    done = _run([python, "-m", "pip", "index", "versions", name])
    there = next(line for line in done.stdout.splitlines() if line.startswith("Available versions:"))
    every = there.partition(":")[2].replace(" ", "").split(",")
    newer = [version for version in every if _number(version) >= _number(floor)]
    trial = [python, *PIP, "--dry-run", "--no-deps"]  # what `pip index` lists may be there as source only
    return next(exact for v in reversed(newer) if not _run([*trial, exact := f"{name}=={v}"]).returncode)


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))


def _had(python: str) -> str:
    """The versions of what the project depends on."""
    done = _run([python, "-m", "pip", "list", "--format", "json", "--disable-pip-version-check"])
    there = {row["name"].lower(): row["version"] for row in json.loads(done.stdout)}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [re.split(r"[><=]", requirement)[0] for requirement in project["dependencies"]]
    return ", ".join(f"{name} {there[name]}" for name in names)


def _run(call: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)


def _last(done: subprocess.CompletedProcess[str]) -> str:
    said = (done.stdout or done.stderr).strip().splitlines()
    return said[-1].strip("= ") if said else f"exit {done.returncode}"


if __name__ == "__main__":
    main(sys.argv[1:])
