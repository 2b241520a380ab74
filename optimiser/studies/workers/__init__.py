"""Workers that hold something open and are asked again and again: local processes, an executor, a cluster.

A question gives an `Opening` (what every worker opens once, such as a session) and a function that does one
task with it, and asks a crew with `finished`. What comes back is a result, or why there is none: the task
`Failed`, or its worker `Died`.
"""
