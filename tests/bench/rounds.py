"""Taking turns, and what comes out of them."""

import statistics


def take_turns(contenders, rounds, once):
    """once(contender) for each, in turn, `rounds` times; the first turn of each warms up and is not kept.

    Everybody's turn i follows everybody's turn i-1, and every other round goes backwards, so that what the
    machine does meanwhile hits all of them alike.
    """
    found = {contender.name: [] for contender in contenders}
    for turn in range(rounds + 1):
        for contender in contenders if turn % 2 else reversed(contenders):
            result = once(contender)
            if turn:
                found[contender.name].append(result)
    return found


def figure(name, unit, values, limit=None):
    """The figure of a table. `limit`: (its name, its values); the ratio is the median of the ratios turn by turn."""
    made = {"name": name, "unit": unit, "median": statistics.median(values), "min": min(values), "max": max(values)}
    if limit:
        ratios = [a / b for a, b in zip(values, limit[1])]
        made |= {"limit": limit[0], "ratio": statistics.median(ratios), "ratio_min": min(ratios), "ratio_max": max(ratios)}
    return made
