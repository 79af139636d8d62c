"""What each verb's --json prints, held against the table of docs/json.md."""

import json
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs/json.md"
# Objects with a row of their own, and those whose fields are names of something: what is in them is told elsewhere.
SHARED = ("manifest", "audience", "fields", "channels", "states")


def documented():
    """{verb or shared object: its fields}, such as units[].unit."""
    found = {}
    for names, fields in re.findall(r"^\| ((?:`[a-z ]+` ?)+)\| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.M):
        for name in re.findall(r"`([a-z ]+)`", names):
            found[name] = set(re.findall(r"`([^` ]+)`", fields))
    return found


def fields_of(value, shared, before=""):
    """Every field's path; what is shared is put into `shared` instead."""
    if isinstance(value, list):
        return {path for item in value for path in fields_of(item, shared, before + "[]")}
    if not isinstance(value, dict):
        return {before} if before else set()
    found = set()
    for key, inner in value.items():
        path = f"{before}.{key}" if before else key
        if key in SHARED:
            shared.setdefault(key, []).append(inner)
            found.add(path)
        elif isinstance(inner, (dict, list)) and inner:
            found |= fields_of(inner, shared, path)
        else:
            found.add(path)
    return found


def fits(field, told):
    """An empty list, or a null, shows no more than its name."""
    return field in told or any(path.startswith((field + "[", field + ".")) for path in told)


def top(fields):
    return {re.split(r"[.\[]", path)[0] for path in fields}


def check(verb, text):
    """One valid JSON text whose fields are those of the table: none that is not there, none missing but those with a '?'."""
    table, shared = documented(), {}
    found = {path.removeprefix("[]").removeprefix(".") for path in fields_of(json.loads(text), shared)} - {""}
    told = {path.rstrip("?") for path in table[verb]}
    strange = {path for path in found if not fits(path, told)}
    for name, values in shared.items():
        strange |= {f"{name}: {path}" for value in values if value and name in ("manifest", "audience")
                    for path in fields_of(value, {}) if not fits(path, table[name])}
    missing = top(path for path in table[verb] if not path.endswith("?")) - top(found) if found else set()
    assert not strange and not missing, f"{verb}: not in docs/json.md {sorted(strange)}; not printed {sorted(missing)}"
