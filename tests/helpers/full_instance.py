"""A small instance in which every table and section stands: what tests spoil, write, read and change."""

from __future__ import annotations

from pathlib import Path

FULL = {
    "instance.toml": """\
name = "full"
title = "Every table once"
description = "Small, and all of it made up"
perspective = "the ministry"
licence = "none needed"

[[levels]]
level = "central"
delay_days = 21
mobilisation = 0.6

[[levels]]
level = "region"
delay_days = 10
accountability = 0.7

[[levels]]
level = "local"

[weights]
risk_pooling = 2
local_voice = 0.5

[[objectives]]
objective = "local_voice"
zero = "no local say"
one = "an elected local body decides"

[limits]
budget = 1000
max_changes = 3
reserve = 0.1

[uncertainty]
risk_aversion = 0.2
beta = 0.8

[[scenarios]]
scenario = "normal"
probability = 0.9
correlation = { discharge = 0.6 }

[[scenarios]]
scenario = "pandemic"
probability = 0.1
urgency = 4
absence = 0.15
oversight = 0.3
correlation = 0.9
surge = { beds = 0.25 }
loss = { beds = 0.05 }

[[resources]]
resource = "beds"
governed_by = "bed_moves"
max_occupancy = 0.95
max_unmet = 0.5
slack_cost = 12
""",
    "decisions.csv": """\
decision,type,label,levels,uniform,stake_accountability,half_life_days,heterogeneity,spillover,correlation,\
monitoring_effect,monitoring_hours,reporting_hours,fear,joint,min_rating,flexes,flex,note
ppe,input,Protective equipment,,true,0.9,30,0,0.05,0.1,0.3,1,2,0.2,false,,,,
bed_moves,process,Moving beds,central;region,true,1,,0.1,0,0,0,0,0,0,false,,,,"said, and done"
discharge,process,Discharge,,false,0.5,3,0.2,0.1,0,0.1,1,1,0.5,true,2,beds,0.1,
targets,outcome,Targets,,true,1,,0,0,0,0.5,1,3,0.4,false,,,,
""",
    "organisations.csv": """\
organisation,level,parent,name,population,staff_hours,vacancy,absence,willingness,ability,rating,support_cost,note
nation,central,,The nation,,500,0.05,0.04,1,0.9,,,
north,region,nation,The north,,,0,0,1,1,,,
south,region,nation,The south,,200,0,0,1,1,,,
A1,local,north,First,1000,80,0.1,0.05,0.9,0.8,3,100,
A2,local,north,Second,2000,90,0.1,0.05,0.8,0.9,1,,
B1,local,south,Third,1500,85,0.1,0.05,0.7,0.7,2,,
""",
    "workload.csv": """\
decision,level,at,hours,fixed_hours,fixed_cost,cost,organisation
ppe,central,,2,3,10,1,
ppe,central,local,0.5,,,,
ppe,local,,4,1,2,3,
discharge,local,local,5,,,,
discharge,local,local,6,,,,A2
ppe,local,,,,,4,B1
""",
    "delays.csv": "decision,level,days,scenario\nppe,central,14,\nppe,central,3,pandemic\n",
    "risk.csv": "decision,organisation,sd,mean\nppe,A1,30,1.5\nppe,A2,40,2\nppe,B1,,1\n",
    "correlations.csv": "decision,organisation_a,organisation_b,correlation\nppe,A1,A2,0.4\nppe,A2,B1,-0.1\n",
    "needs.csv": "organisation,need,decision\nA1,1,\nA2,2,\nA2,3,discharge\nB1,-1,\n",
    "resources.csv": "organisation,resource,capacity,demand\nA1,beds,100,90\nA2,beds,200,180\nB1,beds,150,140\n",
    "surges.csv": "scenario,resource,organisation,surge,loss\npandemic,beds,B1,0.4,\npandemic,beds,A1,,0.1\n",
    "scores.csv": """\
decision,level,organisation,local_voice
ppe,central,,0.1
ppe,region,,0.4
ppe,local,,0.9
ppe,local,A2,1
""",
    "links.csv": """\
decision_a,decision_b,objective,loss,level_a,level_b
ppe,targets,accountability,0.2,,
ppe,discharge,responsiveness,-0.1,central,local
""",
    "rules.csv": """\
if_decision,if_level,then_decision,then_level,note
discharge,local,ppe,region;local,so that they can
""",
    "partners.csv": "organisation,partner,dependence\nA1,A2,0.3\nA1,B1,0.2\nA2,A1,0.5\n",
    "current.csv": "decision,level,organisation\nppe,local,\ndischarge,local,\ndischarge,central,A2\n",
    "sources.csv": """\
table,column,grade,source,note,low,high
organisations,population,measured,the census,,,
decisions,stake_accountability,illustrative,,a guess,0.5,1.5
scenarios,surge,proxy,,,,
weights,risk_pooling,elicited,,,,
resources,max_unmet,illustrative,,,,
""",
}


def put(folder: Path, files: dict[str, str | bytes] | dict[str, str]) -> Path:
    """Write files into a folder, made if need be."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(data)
    return folder
