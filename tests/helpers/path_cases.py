"""The path's cases that can be worked by hand: one decision or two, two levels, periods of one year."""

from __future__ import annotations

from collections.abc import Iterable

SHOCK_AND_NORMAL = """\
[[scenarios]]
scenario = "normal"
probability = 0.5
[[scenarios]]
scenario = "shock"
probability = 0.5
"""
RESPONSIVENESS = "[weights]\nresponsiveness = 1\nrisk_pooling = 0\naccountability = 0\n"


def periods(*scenarios: str, weights: dict[str, str] | None = None) -> str:
    """[[periods]] of these scenarios, in order; weights as TOML, by scenario."""
    lines = []
    for t, scenario in enumerate(scenarios, 1):
        lines += ["[[periods]]", f'period = "y{t}"', f'scenario = "{scenario}"']
        if weights:
            lines.append(f"weights = {weights[scenario]}")
    return "\n".join(lines) + "\n"


def files(toml: str, **tables: Iterable[str]) -> dict[str, str]:
    """The files of an instance: `toml` after its name, each table as lines."""
    named = {f"{name}.csv": "\n".join(lines) + "\n" for name, lines in tables.items()}
    return {"instance.toml": f'name = "by-hand"\n{toml}', **named}


def pendulum(local: float) -> dict[str, str]:
    """Four years of shock, in which only the centre is worth something, then three in which only `local` is."""
    weights = {"shock": "{ accountability = 1 }", "normal": "{ responsiveness = 1 }"}
    return files(
        SHOCK_AND_NORMAL + periods(*["shock"] * 4, *["normal"] * 3, weights=weights),
        decisions=["decision,type,switch_cost", "d,process,1.5"],
        scores=["decision,level,accountability,responsiveness", "d,central,1,0", f"d,local,0,{local}"],
        current=["decision,level", "d,local"],
    )


def lock_in(years: int) -> dict[str, str]:
    """What is done locally is learnt; the centre is worth 0.7 for certain."""
    return files(
        RESPONSIVENESS + "[path]\nlearn = 0.5\n" + periods(*["normal"] * years),
        decisions=["decision,type", "d,process"],
        organisations=["organisation,level,parent,ability", "c,central,,1", "o,local,c,0.5"],
        scores=["decision,level,responsiveness", "d,central,0.7", "d,local,1"],
    )


def watched(years: int) -> dict[str, str]:
    """What is held locally is watched as far as it is exercised, because accountability weighs a little."""
    return files(
        "[weights]\nresponsiveness = 0.99\naccountability = 0.01\nrisk_pooling = 0\n"
        + "[path]\nheal = 0.5\nhurt = 0.5\n"
        + periods(*["normal"] * years),
        decisions=["decision,type,monitoring_effect", "d,process,1"],
        scores=["decision,level,responsiveness", "d,central,0.7", "d,local,1"],
    )


def stockpile(
    *scenarios: str, refill: float = 4 / 15, max_unmet: float = 1, surge: float = 1
) -> dict[str, str]:
    """15 set aside, 4 a year come in; a shock takes 10."""
    return files(
        SHOCK_AND_NORMAL.replace('scenario = "shock"', f'scenario = "shock"\nsurge = {{ masks = {surge} }}')
        + f'[[resources]]\nresource = "masks"\nrefill = {refill}\nmax_unmet = {max_unmet}\n'
        + "[weights]\nresilience = 1\nrisk_pooling = 0\naccountability = 0\nresponsiveness = 0\n"
        + periods(*scenarios),
        decisions=["decision,type", "d,input"],
        organisations=["organisation,level,parent", "c,central,", "o,local,c"],
        resources=["organisation,resource,capacity,demand,reserve", "o,masks,10,10,15"],
    )


def enabled(lag: int, apart: float = 0.0) -> dict[str, str]:
    """a may be local where b is central, `lag` years later; b is worth `apart` more locally, where it is now."""
    return files(
        RESPONSIVENESS + "" + periods(*["normal"] * 3),
        decisions=["decision,type", "a,process", "b,input"],
        scores=["decision,level,responsiveness", "a,central,0.4", "a,local,1",
                "b,central,0", f"b,local,{apart}"],
        rules=["if_decision,if_level,then_decision,then_level,lag", f"a,local,b,central,{lag}"],
        current=["decision,level", "a,central", "b,local"],
    )  # fmt: skip
