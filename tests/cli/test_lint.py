"""What an editor is told of attachments before they go out; nothing is held up by it."""

import io
import json
import zipfile

import pytest

from desk import BIN
from make_pdf import make_pdf


def office(**entries):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, text in {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>", **entries}.items():
            file.writestr(name, text)
    return made.getvalue()


def pdf(catalog=b"", resources=b"", info=b"", streams=()):
    """One page; whatever is given goes into its objects."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
               b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << %s >> >>" % resources,
               b"<< %s >>" % info]
    objects += [b"<< %s /Length %d >>\nstream\n%s\nendstream" % (head, len(data), data) for head, data in streams]
    out, at = b"%PDF-1.4\n", []
    for n, text in enumerate(objects):
        at.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n + 1, text)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in at)
    return out + (b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\n"
                  b"startxref\n%d\n%%%%EOF\n" % (len(at) + 1, table, len(at) + 1, len(out)))


XMP = ("<x:xmpmeta><dc:creator><rdf:Seq>\n <rdf:li>李四</rdf:li></rdf:Seq></dc:creator></x:xmpmeta>").encode()
PROJECT = "_VBA_PROJECT".encode("utf-16-le")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

CASES = {
    "好.pdf": (make_pdf("周报", 1), "application/pdf", []),
    "扫描.pdf": (pdf(), "application/pdf", [("no-text", "扫描件")]),
    "表单.pdf": (pdf(resources=b"/XObject << /F 5 0 R >>", streams=[
        (b"/Type /XObject /Subtype /Form /Resources << /Font << /A << >> >> >>", b"")]), "application/pdf", []),
    "作者.pdf": (pdf(resources=b"/Font << /A << >> >>", info=b"/Author (Wang Fang)"), "application/pdf",
               [("person", "Wang Fang")]),
    "xmp.pdf": (pdf(resources=b"/Font << /A << >> >>", catalog=b"/Metadata 5 0 R", streams=[
        (b"/Type /Metadata /Subtype /XML", XMP)]), "application/pdf", [("person", "李四")]),
    "脚本.pdf": (pdf(resources=b"/Font << /A << >> >>", catalog=b"/OpenAction << /S /JavaScript /JS (x) >>"),
               "application/pdf", [("executable", "JavaScript")]),
    "坏.pdf": (b"%PDF-1.7\njunk", "application/pdf", [("unreadable", "damaged")]),
    "宏.docx": (office(**{"word/vbaProject.bin": "x"}), DOCX, [("macros", "vbaProject.bin")]),
    "人.docx": (office(**{"docProps/core.xml": "<dc:creator>王芳</dc:creator>"}), DOCX, [("person", "王芳")]),
    "无名.docx": (office(**{"docProps/core.xml": "<dc:creator></dc:creator><cp:lastModifiedBy/>"}), DOCX, []),
    "旧.doc": (OLE + PROJECT, "application/msword", [("macros", "VBA")]),
    "装.zip": (office(**{"a/setup.EXE": "MZ"}), "application/zip", [("executable", "setup.EXE")]),
    "跑.sh": (b"#!/bin/sh\nexit\n", "text/x-shellscript", [("executable", "x-shellscript")]),
    "假.pdf": (b"plain words\n", "text/plain", [("type", "application/pdf")]),
    "x.txt": (b"x", "text/plain", []),
    "空.csv": (b"", "text/csv", []),
}


@pytest.mark.parametrize("name", CASES)
def test_each_file_is_told_by_its_content_and_warned_of(desk, name):
    data, media, warnings = CASES[name]
    said = json.loads(desk.run([BIN / "certwire", "lint", desk.write(name, data), "--json"]).stdout)
    assert [(f["name"], f["type"], f["size"]) for f in said] == [(name, media, len(data))]
    assert [w["code"] for w in said[0]["warnings"]] == [code for code, _ in warnings]
    for warning, (_, part) in zip(said[0]["warnings"], warnings):
        assert part in warning["text"]


def test_a_file_cut_short_anywhere_is_looked_at_and_no_harm_comes(desk):
    whole = CASES["宏.docx"][0]
    names = [desk.write(f"cut-{size}.docx", whole[:size]) for size in range(0, len(whole), 97)]
    whole = CASES["xmp.pdf"][0]
    names += [desk.write(f"cut-{size}.pdf", whole[:size]) for size in range(0, len(whole), 97)]
    done = desk.run([BIN / "certwire", "lint", *names[:64]])
    assert not done.stderr and all(name in done.stdout for name in names[:64])


def test_a_draft_warns_and_is_made_all_the_same(desk):
    desk.write("宏.docx", CASES["宏.docx"][0])
    done = desk.certwire("editor_wang", "draft", "weekly", "--number", "2026-47", "--title", "周报", "宏.docx")
    assert "注意 warning: 宏.docx: 含宏" in done.stderr and len(done.stdout) == 33
