"""Cases of people and authorities: rights, grievances, children, demands, incidents.

Each is a table of states under a clock that is an argument; `calendar` counts the days, `law` says
how many, from dated facts with their source.
"""
