"""sensitivity: what if the facts are wrong? A batch of solves that loses nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from optimiser.coefficients.sets import current_levels, sets_of
from optimiser.design.tables import asked_of
from optimiser.errors import InputError
from optimiser.instance.arguments import (
    check_instance,
    raise_any,
    said,
    whole,
    wrong_choice,
    wrong_flag,
    wrong_function,
    wrong_number,
)
from optimiser.instance.instance import Instance
from optimiser.solver.call import cores
from optimiser.solver.highs import VERSION
from optimiser.studies.designs import given_designs
from optimiser.studies.sensitivity.batch import Batch, Settings
from optimiser.studies.sensitivity.outcome import FAILED
from optimiser.studies.sensitivity.running.export import FORMATS, check_folder, settle
from optimiser.studies.sensitivity.running.store import Store, emptied
from optimiser.studies.sensitivity.sampling.keyed_samples import Samples
from optimiser.studies.sensitivity.sampling.sampling import sample_table
from optimiser.studies.sensitivity.study.from_sources import GRADES, study_from_sources
from optimiser.studies.sensitivity.study.plan import StudyPlan
from optimiser.studies.sensitivity.study.study_file import read_study
from optimiser.studies.workers.cluster import Cluster, client_of
from optimiser.studies.workers.crew import Crew
from optimiser.studies.workers.executors import Executed
from optimiser.studies.workers.how_many import number_of, wrong_workers
from optimiser.studies.workers.processes import Processes, refuse_unguarded
from optimiser.studies.workers.work import Do, Opening
from optimiser.version import VERSION as ENGINE

Array = np.ndarray
Study = str | os.PathLike[str] | Mapping[str, Any]
NAMED = ("current", "best")  # designs that need no file


def sensitivity(
    instance: Instance,
    study: Study | None = None,
    *,
    from_sources: str | None = None,
    out: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    scheduler: str | None = None,
    workers: int | str = "auto",
    limit: int | None = None,
    retry: str | None = None,
    fresh: bool = False,
    format: str = "csv",  # noqa: A002 (the command's word)
    progress: Callable[[str], None] | None = None,
) -> Batch:
    """Solve an instance again for each sample of what might be true in place of its numbers.

    Parameters
    ----------
    instance : Instance
        The facts, and where all samples start.
    study : path or mapping, optional
        A study file, or what stands in one: which numbers vary, over which range, how samples are drawn.
    from_sources : str, optional
        In place of a study: every number vary that has a plausible range in sources.csv; ``"all"``, or only
        those of one grade, such as ``"illustrative"``.
    out : path, optional
        A folder that keeps every result as it comes, with tables beside it. What is there already is not
        solved again. Without one, results are lost with the program.
    executor : concurrent.futures.Executor, optional
        Who solves, in place of processes of this machine.
    scheduler : str, optional
        The address of a Dask scheduler, whose workers solve. Needs distributed.
    workers : int or "auto", optional
        How many processes solve, each with a core of its own; of an executor, how many samples are in it at
        once.
    limit : int, optional
        Solve no more than so many samples now; with 0 none, so that what is kept is told as it stands.
    retry : str, optional
        ``"failed"``: solve those that failed again.
    fresh : bool, optional
        Begin anew: forget what the folder holds.
    format : str, optional
        Of the tables in the folder: csv or parquet (which needs pyarrow).
    progress : callable, optional
        Called with a line of text now and then.

    Returns
    -------
    Batch
        Nothing is solved yet: iterating over it, `run` or `frame` do that. What comes of a sample follows
        from the instance, the study and the sample alone, whoever solves it, and in whatever order.

    Raises
    ------
    InputError
        For a call or a study that is wrong, and where the folder holds another study or is in use.
    OSError
        Where the disk fails: what was kept before is kept.

    Notes
    -----
    Worker processes import the script that asks: it must do so under ``if __name__ == "__main__":``.
    Ctrl-C, SIGTERM or SIGHUP let samples that are at work be finished; a second one ends them.

    Examples
    --------
    >>> import optimiser
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> instance = optimiser.read("instances/archetype")
    >>> staff = {"name": "staff", "what": "organisations.staff_hours", "how": "multiply", "range": [0.2, 1.2]}
    >>> study = {"name": "doubts", "method": "latin-hypercube", "samples": 8, "vary": [staff]}
    >>> with ThreadPoolExecutor(1) as threads:
    ...     batch = optimiser.sensitivity(instance, study, executor=threads)
    ...     results = batch.frame("results")
    >>> print(batch.headline)
    8 of 8 samples solved
    >>> results["status"].unique().tolist()
    ['optimal']
    """
    refuse_unguarded()
    check_instance(instance)
    problems = _wrong(executor, scheduler, workers, limit, retry, format)
    problems += [*wrong_flag("fresh", fresh), *wrong_function("progress", progress)]
    plan, folder = _planned(instance, study, from_sources, problems), None
    given = {} if plan is None else _given(plan, instance, study, problems)
    try:
        folder = None if out is None else check_folder(out)
    except InputError as error:
        problems += error.problems
    raise_any(problems)
    assert plan is not None
    samples = Samples(sample_table(plan, instance))
    store = _opened(folder, fresh, plan, instance, samples)
    if retry is not None:
        store.forgive([key for key, status in store.statuses().items() if status in FAILED])
    asked = asked_of({"study": _name(study), "from_sources": from_sources, "limit": limit})
    settings = Settings(_gatherer(executor, scheduler, workers), limit, format, asked)
    return Batch(instance, plan, samples, store, given, settings, progress)


def _name(study: Study | None) -> Any:
    """A study as a call repeats it."""
    return study if study is None or isinstance(study, Mapping) else os.fspath(study)


def _planned(
    instance: Instance, study: Study | None, from_sources: str | None, problems: list[str]
) -> StudyPlan | None:
    """The study, read; what is wrong with it are problems."""
    if (study is None) == (from_sources is None):
        problems.append(
            "study: a study file is needed, or --from-sources (from_sources) in its place, not both"
        )
        return None
    if from_sources is not None and (wrong := wrong_choice("from_sources", from_sources, GRADES)):
        problems += wrong
        return None
    try:
        if study is not None:
            return read_study(study, instance)
        return study_from_sources(instance, from_sources or "all")
    except InputError as error:
        problems += error.problems
        return None


def _wrong(executor: Any, scheduler: Any, workers: Any, limit: Any, retry: Any, format_: Any) -> list[str]:
    """What is wrong with the arguments that say how it is run."""
    problems = wrong_workers(workers)
    problems += wrong_number("limit", limit, whole(0), optional=True)
    problems += wrong_choice("format", format_, FORMATS)
    if retry is not None:
        problems += wrong_choice("retry", retry, ("failed",))
    if executor is not None and not hasattr(executor, "submit"):
        problems.append(f"executor: {said(executor)} is no executor of concurrent.futures")
    if scheduler is not None and not re.fullmatch(r"(\w+://)?[^\s/]+:\d+", str(scheduler)):
        problems.append(
            f"scheduler: {said(scheduler)} is not the address of a Dask scheduler (tcp://HOST:PORT)"
        )
    if executor is not None and scheduler is not None:
        problems.append("scheduler: an executor is given, too: one of them solves")
    if format_ == "parquet" and find_spec("pyarrow") is None:
        problems.append(
            "format: parquet needs pyarrow, which is not installed: pip install 'optimiser[parquet]'"
        )
    return problems


def _given(plan: StudyPlan, instance: Instance, study: Any, problems: list[str]) -> dict[str, Array]:
    """The designs that the study names, but for the best one: (D, O), -1 where the current is not known."""
    folder = Path() if study is None or isinstance(study, Mapping) else Path(study).parent
    files = {name: folder / name for name in plan.designs if name not in NAMED}
    found = given_designs(instance, files, NAMED, problems)
    if "current" in plan.designs:
        found["current"] = current_levels(sets_of(instance))
        if not (found["current"] >= 0).any():
            problems.append(
                "designs: 'current': the instance has no current.csv, which would say what that is"
            )
    return found


def _gatherer(
    executor: Executor | None, scheduler: str | None, workers: int | str
) -> Callable[[Opening, Do, int], Crew]:
    """What makes a crew for so many tasks."""

    def gather(opening: Opening, do: Do, tasks: int) -> Crew:
        if scheduler is not None:
            return Cluster(client_of(scheduler), opening, do)
        if executor is not None:
            own = getattr(executor, "_max_workers", None) or cores()
            return Executed(executor, opening, do, own if isinstance(workers, str) else workers)
        return Processes(opening, do, min(tasks, number_of(workers)))

    return gather


def _opened(folder: Path | None, fresh: bool, plan: StudyPlan, instance: Instance, samples: Samples) -> Store:
    """The store of this study; refused where the one that is there is of another."""
    if folder is not None and fresh:
        emptied(folder)
    store = Store(folder)
    try:
        if folder is not None:
            settle(folder)
        begun, now = store.about("begun"), _identity(plan, instance)
        if begun is None:
            store.say(begun=now)
        else:
            _refuse_other(f"{folder}", begun, now, store, samples)
    except BaseException:
        store.close()
        raise
    return store


def _identity(plan: StudyPlan, instance: Instance) -> dict[str, str]:
    """What every answer follows from, but for its sample: in words, and what tells it from others."""
    return {
        "instance": f"{instance.name} {instance.hash}",
        "study": plan.hash,
        "engine": f"optimiser {ENGINE} with {VERSION}",
    }


def _refuse_other(
    folder: str, begun: Mapping[str, str], now: Mapping[str, str], store: Store, samples: Samples
) -> None:
    """Raise InputError where what is kept is not of this study."""
    else_ = "name another folder, or begin anew with --fresh (fresh=True)"
    other = [name for name in now if begun.get(name) != now[name]]
    if other:
        kinds = {
            "instance": "the instance has changed since it was begun",
            "study": "the study has changed since it was begun, in more than how many samples it has",
            "engine": f"it was begun with {begun.get('engine')}, and this is {now['engine']}",
        }
        raise InputError(f"{folder}: {'; '.join(kinds[name] for name in other)}; {else_}")
    strange = len(store.statuses().keys() - set(samples.distinct))
    if strange:
        raise InputError(
            f"{folder}: {strange:,} of the samples kept there are none of the study as it is now: its method "
            f"draws others where it draws more or fewer (twice as many latin-hypercube keeps all); {else_}"
        )
