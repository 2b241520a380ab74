"""Small instances that cannot be solved, each with the one conflict that was planted in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from instance_by_hand import made

from optimiser.instance.instance import Instance


@dataclass(frozen=True)
class Plant:
    """`conflict` names requirements as a diagnosis does: table, row and column with blanks between."""

    name: str
    conflict: set[str]
    decisions: str
    files: dict[str, str] = field(default_factory=dict)
    fix: dict[str, str] = field(default_factory=dict)
    at_least: dict[str, float] = field(default_factory=dict)
    fewest: int = 1  # requirements that have to give


def two(centre="", a="", b="", ratings=("", ""), vacancy=0.0) -> str:
    """A centre and two localities with these staff hours and ratings."""
    return (
        "organisation,level,parent,staff_hours,rating,vacancy\n"
        f"C,central,,{centre},,{vacancy}\nA,local,C,{a},{ratings[0]},{vacancy}\nB,local,C,{b},{ratings[1]},{vacancy}"
    )


THREE = '[[levels]]\nlevel="central"\n[[levels]]\nlevel="region"\n[[levels]]\nlevel="local"\n'
FOUR = "".join(f'[[levels]]\nlevel="{level}"\n' for level in ("central", "region", "system", "local"))
BEDS = '[[resources]]\nresource="beds"\n'
HOURS = "decision,level,hours\n"
FREE = "decision,type,uniform\n"
LEVELS = "decision,type,levels\n"
RULES = "if_decision,if_level,then_decision,then_level\n"
STOCK = "organisation,resource,capacity,demand\n"
CHAIN = RULES + "a,local,b,local\nb,local,c,local\nc,local,d,local"
APART = RULES + "\n".join(
    f"{x},{at},{y},{other}"
    for x, y in ("ab", "bc", "ca")
    for at, other in (("local", "central"), ("central", "local"))
)
SCORED = "decision,level,accountability,responsiveness\na,central,0.9,0.1\na,local,0.2,0.9"

PLANTS = [
    Plant(
        "hours of a locality",
        {"decisions.csv a levels", "decisions.csv b levels", "organisations.csv A staff_hours"},
        LEVELS + "a,input,local\nb,process,local\nc,input,",
        {"workload": HOURS + "a,local,3\nb,local,4\nc,local,9", "organisations": two(a=6, b=30, centre=50)},
    ),
    Plant(
        "fixed hours at the centre",
        {"decisions.csv a levels", "organisations.csv C staff_hours"},
        LEVELS + "a,input,central\nb,input,",
        {
            "workload": "decision,level,fixed_hours,hours\na,central,10,1\nb,central,1,0",
            "organisations": two(11),
        },
    ),
    Plant(
        "hours of a region",
        {"decisions.csv a levels", "organisations.csv R staff_hours"},
        LEVELS + "a,input,region\nb,input,",
        {
            "toml": THREE,
            "workload": HOURS + "a,region,6\nb,region,1",
            "organisations": "organisation,level,parent,staff_hours\nC,central,,\nR,region,C,10\nS,region,C,10\n"
            "A,local,R,\nB,local,R,\nD,local,S,",
        },
    ),
    Plant(
        "hours wherever it is held",
        {"organisations.csv A staff_hours"},
        LEVELS + "a,input,",
        {
            "workload": "decision,level,at,hours\na,central,local,3\na,local,local,5",
            "organisations": two(a=2, b=9),
        },
    ),
    Plant(
        "fixed hours of an asymmetric decision",
        {"--fix a@A=central", "organisations.csv C staff_hours"},
        FREE + "a,input,false",
        {"workload": "decision,level,fixed_hours,hours\na,central,10,1", "organisations": two(10)},
        fix={"a@A": "central"},
    ),
    Plant(
        "hours that vacancies and the reserve take",
        {"decisions.csv a levels", "organisations.csv A staff_hours"},
        LEVELS + "a,input,local",
        {
            "workload": HOURS + "a,local,8",
            "organisations": two(a=10, b=20, vacancy=0.2),
            "toml": "[limits]\nreserve=0.1",
        },
    ),
    Plant(
        "a rule against what is allowed",
        {"decisions.csv a levels", "decisions.csv b levels", "rules.csv row 2 then_level"},
        LEVELS + "a,input,local\nb,input,local\nc,input,",
        {"rules": RULES + "a,local,b,central\nc,local,b,central"},
    ),
    Plant(
        "a chain of rules",
        {"--fix a=local", "--fix d=central", *(f"rules.csv row {row} then_level" for row in (2, 3, 4))},
        LEVELS + "a,input,\nb,input,\nc,input,\nd,input,",
        {"rules": CHAIN},
        fix={"a": "local", "d": "central"},
    ),
    Plant(
        "two fixed against a rule",
        {"--fix a=local", "--fix b=local", "rules.csv row 2 then_level"},
        LEVELS + "a,input,\nb,input,",
        {"rules": RULES + "a,local,b,central"},
        fix={"a": "local", "b": "local"},
    ),
    Plant(
        "a level that is not allowed",
        {"--fix a=local", "decisions.csv a levels"},
        LEVELS + "a,input,central\nb,input,local",
        fix={"a": "local", "b": "local"},
    ),
    Plant(
        "levels between, and a rule for them",
        {"decisions.csv a levels", "decisions.csv b levels", "rules.csv row 2 then_level"},
        LEVELS + "a,input,region\nb,input,region;local",
        {"toml": FOUR, "rules": RULES + "a,region,b,system;central"},
    ),
    Plant(
        "a rating against what is allowed",
        {"decisions.csv a levels", "decisions.csv a min_rating"},
        "decision,type,levels,min_rating\na,input,local,3\nb,input,,3",
        {"organisations": two(ratings=(2, 3))},
    ),
    Plant(
        "a rating against a fixed locality",
        {"--fix a@A=local", "decisions.csv a min_rating"},
        "decision,type,uniform,min_rating\na,input,false,3",
        {"organisations": two(ratings=(2, 3))},
        fix={"a@A": "local", "a@B": "local"},
    ),
    Plant(
        "a rating that one misses, and a uniform decision",
        {
            "--fix b@B=local",
            "rules.csv row 2 then_level",
            "decisions.csv a min_rating",
            "decisions.csv a uniform",
        },
        "decision,type,uniform,min_rating\na,input,true,3\nb,input,false,",
        {"organisations": two(ratings=(2, 3)), "rules": RULES + "b,local,a,local"},
        fix={"b@B": "local"},
    ),
    Plant(
        "hours of one, and a uniform decision",
        {
            "--fix b@B=local",
            "rules.csv row 2 then_level",
            "organisations.csv A staff_hours",
            "decisions.csv a uniform",
        },
        FREE + "a,input,true\nb,input,false",
        {"workload": HOURS + "a,local,5", "organisations": two(a=1), "rules": RULES + "b,local,a,local"},
        fix={"b@B": "local"},
    ),
    Plant(
        "a decision fixed for all, one locality excepted",
        {"--fix a=local", "organisations.csv B staff_hours"},
        FREE + "a,input,false",
        {"workload": HOURS + "a,local,5", "organisations": two(a=1, b=1)},
        fix={"a": "local", "a@A": "central"},
    ),
    Plant(
        "too few changes",
        {"decisions.csv a levels", "decisions.csv b levels", "instance.toml limits max_changes"},
        LEVELS + "a,input,local\nb,input,local\nc,input,",
        {"toml": "[limits]\nmax_changes=1", "current": "decision,level\na,central\nb,central\nc,central"},
    ),
    Plant(
        "a uniform decision that differs today",
        {"decisions.csv a uniform", "instance.toml limits max_changes"},
        FREE + "a,input,true",
        {
            "toml": "[limits]\nmax_changes=0",
            "current": "decision,organisation,level\na,A,central\na,B,local",
            "organisations": two(),
        },
    ),
    Plant(
        "changes and hours",
        {"instance.toml limits max_changes", "organisations.csv A staff_hours"},
        LEVELS + "a,input,\nb,input,",
        {
            "toml": "[limits]\nmax_changes=1",
            "current": "decision,level\na,local\nb,local",
            "workload": HOURS + "a,local,5\nb,local,5",
            "organisations": two(a=3),
        },
    ),
    Plant(
        "money for what is dear",
        {"decisions.csv a levels", "instance.toml limits budget"},
        LEVELS + "a,input,central\nb,input,",
        {
            "toml": "[limits]\nbudget=8",
            "workload": "decision,level,cost,fixed_cost\na,central,2,7\nb,central,1,0",
            "organisations": two(),
        },
    ),
    Plant(
        "money wherever it is held",
        {"instance.toml limits budget"},
        LEVELS + "a,input,",
        {
            "toml": "[limits]\nbudget=4",
            "workload": "decision,level,cost\na,central,3\na,local,2.5",
            "organisations": two(),
        },
    ),
    Plant(
        "beds that no money is left for",
        {"instance.toml resources beds max_occupancy", "instance.toml limits budget"},
        LEVELS + "a,input,",
        {
            "toml": "[limits]\nbudget=15\n" + BEDS + "max_occupancy=0.9\nslack_cost=2",
            "resources": STOCK + "A,beds,10,18",
            "organisations": two(),
        },
    ),
    Plant(
        "beds that cannot be bought",
        {"instance.toml resources beds max_occupancy"},
        LEVELS + "a,input,",
        {
            "toml": BEDS + "max_occupancy=0.9\nslack_cost=2",
            "resources": STOCK + "A,beds,20,19",
            "organisations": two(),
        },
    ),
    Plant(
        "demand that nothing covers",
        {"instance.toml resources beds max_unmet"},
        LEVELS + "a,input,",
        {
            "toml": BEDS + "max_unmet=0.05",
            "resources": STOCK + "A,beds,10,12\nB,beds,10,8",
            "organisations": two(),
        },
    ),
    Plant(
        "aid that does not run locally",
        {"decisions.csv a levels", "instance.toml resources beds max_unmet"},
        LEVELS + "a,input,local",
        {
            "toml": BEDS + 'max_unmet=0.05\ngoverned_by="a"',
            "resources": STOCK + "A,beds,10,12\nB,beds,10,8",
            "organisations": two(),
        },
    ),
    Plant(
        "beds that are flexed only locally",
        {"--fix a=central", "instance.toml resources beds max_unmet"},
        "decision,type,flexes,flex\na,input,beds,0.3",
        {
            "toml": BEDS + "max_unmet=0.05",
            "resources": STOCK + "A,beds,10,12\nB,beds,10,8",
            "organisations": two(),
        },
        fix={"a": "central"},
    ),
    Plant(
        "hours to flex beds",
        {"organisations.csv A staff_hours", "instance.toml resources beds max_unmet"},
        "decision,type,flexes,flex\na,input,beds,0.3",
        {
            "toml": BEDS + "max_unmet=0.05",
            "resources": STOCK + "A,beds,10,12\nB,beds,10,8",
            "organisations": two(a=4),
            "workload": HOURS + "a,local,9",
        },
    ),
    Plant(
        "a surge in one scenario",
        {"instance.toml resources beds max_unmet", "instance.toml limits budget"},
        LEVELS + "a,input,",
        {
            "toml": "[limits]\nbudget=3\n" + BEDS + "max_unmet=0.05\nslack_cost=1\n"
            '[[scenarios]]\nscenario="normal"\nprobability=0.9\n'
            '[[scenarios]]\nscenario="surge"\nprobability=0.1\nsurge={beds=0.5}',
            "resources": STOCK + "A,beds,10,10",
            "organisations": two(),
        },
    ),
    Plant(
        "an aim and a fixed decision",
        {"--at-least responsiveness=0.8", "--fix a=central"},
        LEVELS + "a,input,",
        {"scores": SCORED},
        fix={"a": "central"},
        at_least={"responsiveness": 0.8},
    ),
    Plant(
        "two aims",
        {"--at-least responsiveness=0.8", "--at-least accountability=0.8"},
        LEVELS + "a,input,",
        {"scores": SCORED},
        at_least={"responsiveness": 0.8, "accountability": 0.8},
    ),
    Plant(
        "an aim and hours to act on it",
        {"--at-least responsiveness=0.8", "organisations.csv local staff_hours"},
        LEVELS + "a,input,",
        {
            "scores": SCORED,
            "workload": HOURS + "a,local,5",
            "organisations": "organisation,level,parent,staff_hours\ncentral,central,,\nlocal,local,central,4",
        },
        at_least={"responsiveness": 0.8},
    ),
    Plant(
        "an aim and absence in a scenario",
        {"--at-least responsiveness=0.8", "organisations.csv local staff_hours"},
        LEVELS + "a,input,local",
        {
            "toml": '[[scenarios]]\nscenario="normal"\nprobability=0.5\n[[scenarios]]\nscenario="flu"\n'
            "probability=0.5\nabsence=0.5",
            "scores": SCORED,
            "workload": HOURS + "a,local,5",
            "organisations": "organisation,level,parent,staff_hours\ncentral,central,,\nlocal,local,central,5",
        },
        at_least={"responsiveness": 0.8},
    ),
    Plant(
        "a pool that one locality leaves",
        {"--at-least risk_pooling=0.2", "--fix a@A=local"},
        FREE + "a,input,false",
        {"organisations": two()},
        fix={"a@A": "local"},
        at_least={"risk_pooling": 0.2},
    ),
    Plant(
        "three decisions in two halves of the hours they need",
        {"organisations.csv central staff_hours", "organisations.csv local staff_hours"},
        LEVELS + "a,input,\nb,input,\nc,input,",
        {
            "workload": HOURS + "".join(f"{d},{at},2\n" for d in "abc" for at in ("central", "local")),
            "organisations": "organisation,level,parent,staff_hours\ncentral,central,,3\nlocal,local,central,3",
        },
    ),
    Plant(
        "three decisions each held apart from the others",
        {f"rules.csv row {row} then_level" for row in range(2, 8)},
        LEVELS + "a,input,\nb,input,\nc,input,",
        {"rules": APART},
    ),
    Plant(
        "two conflicts that share nothing",
        {"--fix b=local", "decisions.csv b levels"},
        LEVELS + "a,input,local\nb,input,central",
        {"workload": HOURS + "a,local,5", "organisations": two(a=1, b=9)},
        fix={"b": "local"},
        fewest=2,
    ),
    Plant(
        "two conflicts, one in large numbers",
        {"--fix b=local", "decisions.csv b levels"},
        LEVELS + "a,input,local\nb,input,central",
        {"workload": HOURS + "a,local,50000000", "organisations": two(a=49999000, b=99999999)},
        fix={"b": "local"},
        fewest=2,
    ),
]


def planted(plant: Plant, folder: Path) -> Instance:
    return made(folder, decisions=plant.decisions, **plant.files)
