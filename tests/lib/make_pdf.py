#!/usr/bin/python3
"""Write a small, valid PDF with Chinese text: make_pdf.py FILE TITLE [PAGES].

The text is set in Adobe's predefined CID font STSong-Light with the encoding UniGB-UCS2-H, which
every reader knows; so no font is embedded, and what is drawn are UTF-16BE code units.
"""

import sys

LINES_PER_PAGE = 30
BODY = (
    "本周，国家互联网应急中心监测到境内被植入后门的网站若干，",
    "被篡改的网站若干，针对境内网站的仿冒页面若干。",
    "新增信息安全漏洞中，高危漏洞占比较上周有所下降。",
    "建议各支撑单位核查所服务系统的补丁情况，及时处置。",
)


def text_line(text, size, x, y):
    return f"BT /F1 {size} Tf {x} {y} Td <{text.encode('utf-16-be').hex().upper()}> Tj ET\n"


def page_stream(title, number):
    out = text_line(title, 16, 72, 760) + text_line(f"第 {number} 页  内部刊物", 10, 72, 736)
    for row in range(LINES_PER_PAGE):
        out += text_line(f"{number}.{row + 1}  {BODY[row % len(BODY)]}", 11, 72, 706 - 21 * row)
    return out.encode("ascii")


def objects(title, pages):
    kids = " ".join(f"{7 + 2 * n} 0 R" for n in range(pages))
    yield b"<< /Type /Catalog /Pages 2 0 R >>"
    yield f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode()
    yield (b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
           b"/DescendantFonts [4 0 R] >>")
    yield (b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo "
           b"<< /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 /FontDescriptor 5 0 R >>")
    yield (b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] "
           b"/ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>")
    yield f"<< /Title <FEFF{title.encode('utf-16-be').hex().upper()}> >>".encode()
    for n in range(pages):
        yield (f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {8 + 2 * n} 0 R "
               f"/Resources << /Font << /F1 3 0 R >> >> >>").encode()
        stream = page_stream(title, n + 1)
        yield f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"endstream"


def make_pdf(title, pages=8):
    """The PDF's bytes: always the same for the same title and number of pages."""
    out = bytearray(b"%PDF-1.4\n%\xe4\xb8\xad\xe6\x96\x87\n")
    offsets = []
    for number, body in enumerate(objects(title, pages), start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    xref = len(out)
    out += f"xref\n0 {len(offsets) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out += (f"trailer\n<< /Size {len(offsets) + 1} /Root 1 0 R /Info 6 0 R >>\n"
            f"startxref\n{xref}\n%%EOF\n").encode()
    return bytes(out)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit("usage: make_pdf.py FILE TITLE [PAGES]")
    with open(sys.argv[1], "wb") as file:
        file.write(make_pdf(sys.argv[2], int(sys.argv[3]) if len(sys.argv) == 4 else 8))
