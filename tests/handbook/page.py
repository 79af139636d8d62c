"""docs/admin.md as the steps that it prints, and what counts as the same output.

    ```psqlrc           the reader's ~/.psqlrc
    ```csv NAME         a file of the reader's
    ```sql              typed into the one psql session ...
    ```text             ... which then prints this; no such block: it prints nothing
    ```sh               run by a shell, when an output follows; else, as ```ini, for the reader alone
    <!-- 幕后 WORDS -->  what other people and programs do meanwhile: a method of Backstage

Two outputs are the same when their lines are, after

 1. each run of blanks or of hyphens became one, since columns are as wide as what they hold, and
 2. process numbers, and words of eight or more hexadecimal digits (ids, digests, keys), became
    `<number>` and `<hex>`; and
 3. their times are less than an hour apart. The world of the page has its own clock, which starts
    at the same instant in every run: days are compared exactly, times of day nearly.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

FENCE = re.compile(r"^```(\w+)? ?(.*)$")
BACKSTAGE = re.compile(r"^<!-- 幕后 (.+) -->$")
TIME = re.compile(r"\b(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)?(?: ?([+-]\d\d)(?::?00)?\b)?")
ONE_HOUR = timedelta(hours=1)


@dataclass
class Step:
    """A block of the page, or what happens behind the scenes; lines count from 0."""

    kind: str
    argument: str
    text: str
    line: int
    printed: str = ""
    printed_from: int = 0  # lines of the output's block within its fences; 0, 0: there is none
    printed_to: int = 0


def read(page):
    """The steps of the page in their order."""
    steps, lines, at = [], page.splitlines(), 0
    while at < len(lines):
        behind = BACKSTAGE.match(lines[at])
        fence = FENCE.match(lines[at])
        if behind:
            steps.append(Step("backstage", behind[1], "", at))
        elif fence:
            end = lines.index("```", at + 1)
            block = Step(fence[1] or "", fence[2], "\n".join(lines[at + 1:end]) + "\n", at)
            if block.kind == "text":
                _attach(steps, block, lines, end)
            else:
                steps.append(block)
            at = end
        at += 1
    return steps


def _attach(steps, block, lines, end):
    asked = steps[-1]
    between = lines[asked.line + len(asked.text.splitlines()) + 2:block.line]
    assert asked.kind in ("sql", "sh") and not asked.printed and not "".join(between).strip(), \
        f"line {block.line + 1}: this output follows no command"
    asked.printed = block.text
    asked.printed_from, asked.printed_to = block.line + 1, end


def differences(printed, said):
    """What the page prints and psql said in other words, as lines to show; none: the same."""
    if _alike(printed, said):
        return []
    return [*(f"- {line}" for line in printed.splitlines()),
            *(f"+ {line}" for line in said.splitlines())]


def _alike(printed, said):
    theirs, ours = TIME.split(_plain(printed)), TIME.split(_plain(said))
    return len(theirs) == len(ours) and theirs[::3] == ours[::3] and all(
        abs(_instant(*a) - _instant(*b)) < ONE_HOUR
        for a, b in zip(zip(theirs[1::3], theirs[2::3]), zip(ours[1::3], ours[2::3])))


def _plain(text):
    text = re.sub(r"(?<=process )\d+", "<number>", text)
    text = re.sub(r"\b[0-9a-f]{8,}\b", "<hex>", text)
    text = re.sub(r"-{2,}|(?<=\+)-|-(?=\+)", "-", text)
    return "\n".join(re.sub(r" +", " ", line).strip() for line in text.strip().splitlines())


def _instant(written, zone):
    offset = timezone(timedelta(hours=int(zone or 8)))
    return datetime.strptime(written, "%Y-%m-%d %H:%M:%S").replace(tzinfo=offset)


def updated(page, outputs):
    """The page with the outputs replaced: pairs of a step and what psql said."""
    lines = page.splitlines()
    for step, said in sorted(outputs, key=lambda o: o[0].line, reverse=True):
        block = ["```text", *said.splitlines(), "```"] if said else []
        if step.printed_from:
            lines[step.printed_from - 1:step.printed_to + 1] = block
        elif block:
            end = step.line + len(step.text.splitlines()) + 2
            lines[end:end] = block
    return "\n".join(lines) + "\n"
