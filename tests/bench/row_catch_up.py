"""Units that come back after a week, all at once, beside the same publications to units that are there."""

from rounds import figure
from service import Service, ready

UNITS, PUBLICATIONS, SIZE = 1000, 10, 60000


def measure(folder, rounds):
    service = Service(folder, UNITS)
    fresh, missed, waiting, parts = [], [], [], {}
    held = told = 0
    try:
        service.start()
        for turn in range(rounds + 1):
            there = to_those_there(service, held, told)
            held, told = held + PUBLICATIONS, told + PUBLICATIONS
            away = while_away(service)
            back = come_back(service, held, told)
            held, told = held + PUBLICATIONS, told + 1
            if turn:
                fresh.append(sum(there.values()))
                waiting.append(sum(away.values()))
                missed.append(sum(back.values()))
                for name, seconds in back.items():
                    parts.setdefault(name, []).append(seconds)
    finally:
        service.close()
    limit = f"{PUBLICATIONS} fresh publications"
    return {"title": f"Catch-up: {UNITS} units come back to {PUBLICATIONS} publications of {SIZE // 1000} kB each",
            "figures": [figure("certwire: they come back and have it all settled", "CPU s", missed, (limit, fresh)),
                        figure(f"certwire: {limit} to units that are there", "CPU s", fresh),
                        figure(f"certwire: {limit} while nobody is there", "CPU s", waiting),
                        *(figure(f"certwire: coming back, {name} alone", "CPU s", values) for name, values in parts.items())]}


def to_those_there(service, held, told):
    drafts = [service.draft(SIZE) for _ in range(PUBLICATIONS)]
    units = service.units_load("--publications", PUBLICATIONS, "--held", held, "--told", told)
    ready(units)
    before = service.cpu()
    service.issue(*drafts)
    service.ended(units)
    return service.since(before)


def while_away(service):
    drafts = [service.draft(SIZE) for _ in range(PUBLICATIONS)]
    before = service.cpu()
    service.issue(*drafts)
    service.sealed(*drafts)
    return service.since(before)


def come_back(service, held, told):
    before = service.cpu()
    service.ended(service.units_load("--publications", PUBLICATIONS, "--held", held, "--told", told, "--ask"))
    return service.since(before)
