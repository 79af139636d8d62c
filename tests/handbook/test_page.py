"""What the handbook's test takes for the same output, and what not: a comparison must be able to fail."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
import page as pages  # noqa: E402

PRINTED = """ unit  | standing |             since
-------+----------+-------------------------------
 huaan | good     | 2026-01-05 09:00:07.123456+08
"""
PAGE = """# 手册
<!-- 幕后 enroll huaan d1 -->
```sql
SELECT 1;
```
```text
1
```

```sql
\\set a b
```
"""


@pytest.mark.parametrize("said", [
    PRINTED,
    PRINTED.replace("09:00:07.123456", "09:04:59.1").replace("since ", "since"),
    PRINTED.replace("2026-01-05 09:00:07.123456+08", "2026-01-05 01:00:07.123456+00"),
])
def test_the_same_but_for_the_moment_is_the_same(said):
    assert not pages.differences(PRINTED, said)


@pytest.mark.parametrize("said", [
    "", PRINTED + " luoxing | good | 2026-01-05 09:00:07+08\n",
    PRINTED.replace("good", "suspended"), PRINTED.replace("huaan", "hua an"),
    PRINTED.replace("2026-01-05", "2026-01-06"), PRINTED.replace("09:00:07", "12:00:07"),
    PRINTED.replace("2026-01-05 09:00:07.123456+08", "2026-01-05"),
    PRINTED.replace("standing |", "standing"), "ERROR:  no\n" + PRINTED,
])
def test_anything_else_is_a_difference(said):
    assert pages.differences(PRINTED, said)


def test_numbers_of_processes_and_ids_may_differ():
    assert not pages.differences("process 12, 1f0c3a9b", "process 4711, 77777777")
    assert pages.differences("process 12, 1f0c3a9b", "process 12, none")


def test_steps_come_in_the_order_of_the_page():
    assert [(s.kind, s.argument or s.text, s.printed) for s in pages.read(PAGE)] == [
        ("backstage", "enroll huaan d1", ""), ("sql", "SELECT 1;\n", "1\n"),
        ("sql", "\\set a b\n", "")]


def test_an_output_that_follows_no_command_is_refused():
    with pytest.raises(AssertionError, match="follows no command"):
        pages.read(PAGE.replace("```text", "意外\n```text"))


def test_outputs_are_replaced_added_and_removed():
    first, second = (s for s in pages.read(PAGE) if s.kind == "sql")
    changed = pages.updated(PAGE, [(first, ""), (second, "2\n3\n")])
    assert [s.printed for s in pages.read(changed) if s.kind == "sql"] == ["", "2\n3\n"]
    assert pages.updated(PAGE, []) == PAGE
