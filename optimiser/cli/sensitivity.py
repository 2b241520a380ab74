"""The verb sensitivity, and its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from optimiser.cli.options import AS_JSON, FIGURE, NUMBER, note, workers
from optimiser.cli.question import Question
from optimiser.cli.say import complain, end_progress
from optimiser.cli.text import opening
from optimiser.terminal import columns, counted, duration, listing, page, paragraph

if TYPE_CHECKING:
    from optimiser.studies.finding import Finding
    from optimiser.studies.sensitivity.batch import Batch
    from optimiser.studies.sensitivity.outcome import Outcome
    from optimiser.studies.sensitivity.running.excerpt import Excerpt
    from optimiser.studies.sensitivity.running.rehearsal import Rehearsal

LOST = "nothing of it is kept: with --out DIR the same command would go on from there"
KEPT = "what was found is kept in {}: the same command goes on from there"


class Study(Question):
    """A question about a batch, which is run here, rehearsed, or looked into."""

    @property
    def find(self) -> Callable[..., Any]:
        """The function, and what is done with its batch; broken off, it says how to go on."""
        ask = super().find

        def found(dry_run: bool, write: tuple[int, str] | None = None, **arguments: Any) -> Finding:
            kept = None if dry_run or write else arguments.get("out")
            batch: Batch = ask(**arguments | {"out": kept})
            try:
                if write:
                    return batch.write(*write)
                outcome = batch.rehearse() if dry_run else batch.run()
            except (KeyboardInterrupt, OSError):
                self._go_on(kept)
                raise
            finally:
                batch.close()
            if not dry_run and outcome.unfinished:
                self._go_on(kept)
            return outcome

        return found

    @staticmethod
    def _go_on(kept: str | None) -> None:
        """Say how to go on."""
        end_progress()
        complain(LOST if kept is None else KEPT.format(kept))

    def ask(self, as_json: bool, out: str | None = None, figure: str | None = None, **given: Any) -> int:
        """As every question; there is nothing to draw before samples are solved."""
        if figure is not None and (given["dry_run"] or given["write"]):
            note("--figure draws what was found: not with --dry-run or --write")
        return super().ask(as_json, out, figure, **given)


def _arguments(given: Mapping[str, Any]) -> dict[str, Any]:
    """The folder under the function's name for it."""
    return {"out" if name == "folder" else name: each for name, each in given.items()}


verb = Study(
    "sensitivity",
    summary="What if the facts are wrong? A batch of solves.",
    help="""What if the facts are wrong? The instance solved again for each sample of what might be true.

    STUDY.toml says which numbers vary, over which range, and how samples are drawn; --from-sources takes the
    plausible ranges of sources.csv in its place. With --out every result is kept as it comes: whatever ends
    the command, the same one goes on where it stopped.

    \b
    Example
      optimiser sensitivity instances/archetype --from-sources --dry-run
      optimiser sensitivity instances/archetype --from-sources --limit 20 --out doubts
    """,
    options=[
        click.Argument(["study"], metavar="[STUDY.toml]", required=False),
        click.Option(
            ["--from-sources"], is_flag=False, flag_value="all", metavar="[GRADE]",
            help="Vary every number that has a plausible range in sources.csv; or those of a grade alone.",
        ),
        workers("Processes that solve", "auto"),
        click.Option(["--scheduler"], metavar="ADDRESS", help="Have the workers of a Dask cluster solve."),
        click.Option(
            ["--dry-run"], is_flag=True,
            help="Only say what varies, how many samples there are, and how long some of them take.",
        ),
        click.Option(
            ["--limit"], type=NUMBER, metavar="N",
            help="Solve no more than so many samples now; with 0, only tell what is kept.",
        ),
        click.Option(["--retry"], metavar="failed", help="Solve those that failed again."),
        click.Option(["--fresh"], is_flag=True, help="Begin anew: forget what the folder holds."),
        click.Option(
            ["--write"], type=(NUMBER, str), metavar="SAMPLE DIR",
            help="Only write the instance of one sample, to look into it.",
        ),
        click.Option(
            ["--format"], default="csv", show_default=True, metavar="csv|parquet", help="Of the tables."
        ),
        click.Option(
            ["--out", "folder"], metavar="DIR",
            help="Keep results here as they come, with tables and result.json; go on where it stopped.",
        ),
        AS_JSON,
        FIGURE,
    ],
    arguments=_arguments,
    said=("study",),
)  # fmt: skip


@verb.page
def sensitivity_text(found: Outcome | Rehearsal | Excerpt) -> str:
    """What the samples say; of a rehearsal what a run would be; of one sample where it is."""
    from optimiser.studies.sensitivity.running.excerpt import Excerpt
    from optimiser.studies.sensitivity.running.rehearsal import Rehearsal

    head = [*opening(found), *paragraph(found.headline, "")]
    if isinstance(found, Excerpt):
        return page([head])
    if isinstance(found, Rehearsal):
        return page([[*head, *_pilot(found)], _varied(found), _still(found)])
    from optimiser.cli.sensitivity_text import findings_sections

    head += [line for said in found.unfinished for line in paragraph(said)]
    head += paragraph(f"in {found.run['seconds']:.1f} s with {found.run['solver']}")
    return page([head, *findings_sections(found.findings)])


def _pilot(found: Rehearsal) -> list[str]:
    """What the trials say of all samples."""
    if not found.tried:
        return []
    built = [one.rebuilt for _, one in found.tried if one.rebuilt]
    total = duration(found.mean * len(found.samples))
    lines = paragraph(f"All of them would take {total} on one core; workers share that out.")
    if not built:
        return [*lines, *paragraph("The model is built once a worker.")]
    names = ", ".join(dict.fromkeys(built))
    return [*lines, *paragraph(f"In {counted(len(built), 'trial')} the model had to be built anew: {names}.")]


def _varied(found: Rehearsal) -> list[str]:
    """The inputs with their ranges."""
    rows = [("input", "what", "how", "grade", "from", "to")]
    for row in found.inputs():
        ends = (row["least"], row["most"])
        texts = [f"{end:.6g}" if isinstance(end, float) else str(end) for end in ends]
        rows.append((row["input"], row["what"], row["how"], row["grade"] or "-", *texts))
    return ["WHAT VARIES", *columns(rows, right=(4, 5))]


def _still(found: Rehearsal) -> list[str]:
    """What does not vary, and why."""
    lines = [line for said in found.plan.unmoved for line in paragraph(said)]
    if found.plan.without_range:
        lines += listing(found.plan.without_range, "  no range: ")
    return ["WHAT DOES NOT", *lines] if lines else []
