"""Which error messages an editor or an administrator can meet, and whether a test shows each. Usage: refusals.py ROOT

Messages are what is given to err_set and its like in the tool and in db/ below it, and to certwire.fail in the SQL
functions that the tool's queries call and in those that administrators may call. The first are in golden files, the
latter there, in pgTAP or in the administrator's handbook, which is run as printed; and each says what to do.
tests/lint/refusals.txt lists those that no test reaches: a line "# reason",
below it the messages as they stand in the source, with * for anything.
"""

import re
import sys
from fnmatch import fnmatchcase
from pathlib import Path

SOURCES = ("publisher/cli/*.c", "db/pg*.c", "db/editor*.c", "db/registrar.c", "db/auditor.c", "db/story.c",
           "common/cli*.c", "common/conf.c", "common/keyfile.c", "common/fingerprint.c", "common/story*.c")
QUERIES = ("editor_*.sql", "registrar_*.sql", "auditor_*.sql")
LETTERS_MIN = 6  # of a text that is worth looking for: "%s:%d" is none
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[A-Za-z_]\w*|\S')
CONVERSION = re.compile(r"%(?:\d+\$)?[-+ #0]*\d*(?:\.(?:\d+|\*))?(?:hh|h|ll|l|z|j)?[a-zA-Z]|\0")


class Message:
    def __init__(self, file, line, text):
        text = re.sub(r"\d{4}-\d\d-\d\dT[\d:+]+", "<time>", CONVERSION.sub("\0", text).replace("%%", "%"))
        self.file, self.line, self.text = file, line, text

    def worth_it(self):
        return sum(c.isalpha() for c in self.text) >= LETTERS_MIN

    def pattern(self):
        return re.compile(".*".join(re.escape(part) for part in self.text.split("\0")))

    def __str__(self):
        return self.text.replace("\0", "*")


def arguments(text, start):
    """What stands between the bracket before `start` and the one that closes it, in C or SQL."""
    depth, quote, at = 1, "", start
    while depth:
        c = text[at]
        if quote:
            at += c == "\\" and quote == '"'
            quote = "" if c == quote else quote
        elif c in "\"'":
            quote = c
        depth += 0 if quote else (c == "(") - (c == ")")
        at += 1
    return text[start:at - 1]


def c_format(words):
    """The first literal among the arguments, its pieces joined; a macro between them is anything."""
    text, begun = "", False
    for word in TOKEN.findall(words):
        if word[0] == '"':
            begun = True
            text += word[1:-1].replace('\\"', '"').replace("\\\\", "\\")
        elif begun and re.match(r"[A-Z_]\w*$", word):  # PRId64 and the like end a conversion
            text = text.removesuffix("%") + "\0"
        elif begun:
            break
    return text


def c_messages(root):
    for pattern in SOURCES:
        for path in sorted(root.glob(pattern)):
            text = path.read_text(encoding="utf-8")
            for call in re.finditer(r"\b(?:err_(?:set|code|errno|context|advice)|story_refused)\(", text):
                words = c_format(arguments(text, call.end()))
                yield Message(path.relative_to(root), text[:call.start()].count("\n") + 1, words)


def functions(root):
    """{name: (file, line, body)} of each SQL function as the last migration left it."""
    found = {}
    for path in sorted(root.glob("db/migrations/*.sql")):
        text = path.read_text(encoding="utf-8")
        for made in re.finditer(r"CREATE (?:OR REPLACE )?FUNCTION certwire\.(\w+)", text):
            begin = text.index("$$", made.end()) + 2
            found[made.group(1)] = (path.relative_to(root), text[:begin].count("\n") + 1, text[begin:text.index("$$", begin)])
    return found


def called(body, known):
    return {name for name in re.findall(r"\b(\w+)\s*\(", re.sub(r"'[^']*'", "", body)) if name in known}


def granted(root):
    """The functions that administrators may call."""
    names = set()
    for path in root.glob("db/migrations/*.sql"):
        for what, whom in re.findall(r"GRANT EXECUTE ON FUNCTION\s+(.*?)\s+TO\s+(.*?);", path.read_text(encoding="utf-8"), re.S):
            if "certwire_admin" in whom:
                names |= set(re.findall(r"certwire\.(\w+)", what))
    return names


def reached(root, known):
    """The functions that the tool's queries and administrators call, and what these call."""
    todo = granted(root) & set(known)
    for pattern in QUERIES:
        for path in root.glob(f"db/queries/{pattern}"):
            todo |= called(path.read_text(encoding="utf-8"), known)
    done = set()
    while todo:
        name = todo.pop()
        done.add(name)
        todo |= called(known[name][2], known) - done
    return done


def says_nothing_to_do(parts):
    """The hint, which is certwire.fail's third argument, is not there."""
    return len(parts) < 3 or parts[2].strip() in ("", "''", "NULL")


def split_arguments(words):
    """SQL arguments apart from each other."""
    parts, depth, quoted = [""], 0, False
    for c in words:
        quoted ^= c == "'"
        depth += 0 if quoted else (c == "(") - (c == ")")
        if c == "," and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += c
    return parts


def sql_messages(root):
    known = functions(root)
    for name in sorted(reached(root, known)):
        file, line, body = known[name]
        for call in re.finditer(r"\bfail\s*\(", body):
            parts = split_arguments(arguments(body, call.end()))
            at = line + body[:call.start()].count("\n")
            if says_nothing_to_do(parts):
                yield Message(file, at, "certwire.fail without a hint what to do")
            for text in re.findall(r"(?:^\s*|format\()'((?:[^']|'')*)'", parts[1]):
                yield Message(file, at, text.replace("''", "'").replace("%L", "%s"))


def golden_lines(root):
    for path in sorted(root.glob("tests/**/golden/**/*.txt")):
        yield from re.findall(r"^\d (.*)$", path.read_text(encoding="utf-8"), re.M)


def exceptions(root):
    path = root / "tests/lint/refusals.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [line for line in lines if line and not line.startswith("#")]


def main(root):
    golden = "\n".join(golden_lines(root))
    # The database's refusals of what the tool never asks for are shown by pgTAP, which knows no tool.
    shows = [*sorted(root.glob("tests/sql/*.sql")), *root.glob("docs/admin.md")]
    tap = "\n".join(path.read_text(encoding="utf-8").replace("''", "'") for path in shows)
    shown = [(message, golden) for message in c_messages(root)] + [(message, golden + tap) for message in sql_messages(root)]
    if not shown:
        sys.exit("no message to look at")
    listed, wrong = {text: 0 for text in exceptions(root)}, []
    for message, where in shown:
        if not message.worth_it() or message.pattern().search(where):
            continue
        fits = [text for text in listed if fnmatchcase(str(message), text.replace("[", "[[]"))]
        for text in fits:
            listed[text] += 1
        if not fits:
            wrong.append(f"{message.file}:{message.line}:{message}  <- shown by no test")
    wrong += [f"tests/lint/refusals.txt:0:{text}  <- is in a golden file, or no message" for text, n in listed.items() if not n]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
