#include "publisher/cli/page.h"

/* clang-format off */
const char *const page_style[] = {
	":root { --bg: #fff; --fg: #1c2024; --soft: #5b6570; --line: #d9dee3; --card: #f5f7f9;\n",
	"  --p: #0b6e4f; --s: #2b8a3e; --o: #f2c14e; --r: #c92a2a; --h: #7048a8; --x: #868e96; --c: #3b5bdb; --on: #fff; --ono: #3a2c00; }\n",
	"@media (prefers-color-scheme: dark) {\n",
	"  :root { --bg: #14171a; --fg: #e6e9ec; --soft: #9aa4ae; --line: #333a41; --card: #1d2125;\n",
	"    --p: #12a37a; --s: #37a94d; --o: #d9a72e; --r: #e5534b; --h: #9a76d6; --x: #6c757d; --c: #6b85f0; --on: #0c0e10; --ono: #0c0e10; } }\n",
	"* { box-sizing: border-box; }\n",
	"body { margin: 0 auto; padding: 1rem 1.25rem 3rem; max-width: 96rem; background: var(--bg); color: var(--fg);\n",
	"  font: 15px/1.5 \"Noto Sans CJK SC\", \"Noto Sans SC\", \"Source Han Sans SC\", \"PingFang SC\", \"Microsoft YaHei\", system-ui, sans-serif; }\n",
	"h1 { font-size: 1.5rem; margin: .25rem 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }\n",
	"h1 small, h2 small { color: var(--soft); font-weight: 400; font-size: .75em; margin-left: .4em; }\n",
	"p.about { color: var(--soft); margin: 0; }\n",
	"dl.cards { display: grid; grid-template-columns: repeat(4, 1fr); gap: .6rem; margin: 1rem 0 0; }\n",
	"dl.cards div { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .75rem; }\n",
	"dl.cards dt { color: var(--soft); font-size: .8rem; white-space: nowrap; } dl.cards dd { margin: 0; font-size: 1.2rem; white-space: nowrap; font-variant-numeric: tabular-nums; }\n",
	"dl.cards div.bad dd { color: var(--r); }\n",
	".legend { display: flex; flex-wrap: wrap; gap: .35rem .9rem; padding: 0; margin: .5rem 0; list-style: none; font-size: .85rem; }\n",
	".legend i { display: inline-block; width: 1.7em; text-align: center; border-radius: .2em; margin-right: .35em; font-style: normal; }\n",
	".controls { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin: .5rem 0; font-size: .9rem; }\n",
	".controls input[type=search] { font: inherit; padding: .25rem .5rem; border: 1px solid var(--line); border-radius: .35rem; background: var(--bg); color: var(--fg); min-width: 13rem; }\n",
	".scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; }\n",
	"table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; font-size: .88rem; }\n",
	"th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }\n",
	"thead th { background: var(--card); } #publications td:nth-child(-n+2), #publications td:nth-child(3), #publications td:nth-child(4) { white-space: nowrap; } #matrix thead th { white-space: nowrap; } tbody tr:last-child > * { border-bottom: 0; }\n",
	"#publications th, #publications td { padding: .3rem .4rem; } td.n, th.n { text-align: right; } td.n { white-space: nowrap; }\n",
	"th button { all: unset; cursor: pointer; font-weight: 600; } th button:focus-visible { outline: 2px solid var(--c); }\n",
	"th button::after { content: \"\\2195\"; color: var(--soft); margin-left: .25em; font-weight: 400; }\n",
	"th[aria-sort=ascending] button::after { content: \"\\2191\"; } th[aria-sort=descending] button::after { content: \"\\2193\"; }\n",
	"#matrix { width: auto; } #matrix thead th { vertical-align: bottom; padding: .3rem .15rem; }\n",
	"#matrix thead th:first-child, #matrix tbody th { position: sticky; left: 0; background: var(--bg); z-index: 1; padding: .15rem .6rem; max-width: 22rem; font-weight: 400; border-right: 1px solid var(--line); }\n",
	"#matrix thead th:first-child { background: var(--card); }\n",
	"#matrix tbody th small { color: var(--soft); } #matrix td { padding: .1rem; text-align: center; min-width: 1.9em; }\n",
	"#matrix .col { writing-mode: vertical-rl; font-weight: 400; font-size: .8rem; max-height: 11em; overflow: hidden; margin: 0 auto; }\n",
	"#matrix td i { display: block; border-radius: .2em; font-style: normal; font-size: .8rem; line-height: 1.6; }\n",
	"i.p { background: var(--p); color: var(--on); } i.s { background: var(--s); color: var(--on); } i.o { background: var(--o); color: var(--ono); }\n",
	"i.r { background: var(--r); color: var(--on); } i.h { background: var(--h); color: var(--on); } i.x { background: var(--x); color: var(--on); }\n",
	"i.c { background: var(--c); color: var(--on); } i.none { background: transparent; border: 1px dashed var(--line); }\n",
	"svg { display: block; width: 100%; height: auto; max-width: 60rem; } svg text { fill: var(--soft); font-size: 11px; }\n",
	"svg .grid { stroke: var(--line); } svg .line { fill: none; stroke: var(--s); stroke-width: 2; } svg .area { fill: var(--s); opacity: .15; }\n",
	"progress { width: 6rem; height: .6rem; accent-color: var(--s); } details summary { cursor: pointer; color: var(--soft); }\n",
	"[hidden] { display: none !important; }\n",
	"footer { margin-top: 2rem; color: var(--soft); font-size: .8rem; }\n",
	"@media (min-width: 90rem) { dl.cards { grid-template-columns: repeat(8, 1fr); } }\n",
	"@media (max-width: 48rem) { dl.cards { grid-template-columns: repeat(2, 1fr); } }\n",
	"@media (max-width: 40rem) { body { padding: .75rem; font-size: 14px; } #matrix tbody th { max-width: 11rem; }\n",
	"  svg { overflow: visible; } svg text { font-size: 18px; } }\n",
	"@page { size: A4 landscape; margin: 12mm; }\n",
	"@media print { :root { --bg: #fff; --fg: #000; --soft: #444; --line: #bbb; --card: #f2f2f2; --p: #0b6e4f; --s: #2b8a3e; --o: #f2c14e; --r: #c92a2a; --h: #7048a8; --x: #868e96; --c: #3b5bdb; --on: #fff; --ono: #000; }\n",
	"  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; } body { font-size: 9pt; padding: 0; max-width: none; }\n",
	"  .controls, th button::after { display: none; } .scroll { overflow: visible; border: 0; } thead { display: table-header-group; }\n",
	"  tr, svg, dl.cards div { break-inside: avoid; } h2 { break-after: avoid; } #matrix thead th:first-child, #matrix tbody th { position: static; } #matrix { font-size: 7pt; } #publications { font-size: 7.5pt; } #publications th, #publications td { padding: .15rem .3rem; } }\n",
	NULL};

const char page_script[] =
	"\"use strict\";\n"
	"document.querySelectorAll(\"table.sort\").forEach(function (table) {\n"
	"  var body = table.tBodies[0];\n"
	"  table.querySelectorAll(\"thead th button\").forEach(function (button) {\n"
	"    button.addEventListener(\"click\", function () {\n"
	"      var head = button.closest(\"th\"), nth = head.cellIndex;\n"
	"      var down = head.getAttribute(\"aria-sort\") === \"ascending\";\n"
	"      table.querySelectorAll(\"thead th\").forEach(function (th) { th.removeAttribute(\"aria-sort\"); });\n"
	"      head.setAttribute(\"aria-sort\", down ? \"descending\" : \"ascending\");\n"
	"      var value = function (row) { var cell = row.cells[nth]; return cell.hasAttribute(\"data-v\") ? Number(cell.getAttribute(\"data-v\")) : cell.textContent; };\n"
	"      Array.from(body.rows).sort(function (a, b) {\n"
	"        var x = value(a), y = value(b);\n"
	"        var order = typeof x === \"number\" && typeof y === \"number\" ? x - y : String(x).localeCompare(String(y), \"zh-CN\", { numeric: true });\n"
	"        return down ? -order : order;\n"
	"      }).forEach(function (row) { body.appendChild(row); });\n"
	"    });\n"
	"  });\n"
	"});\n"
	"(function () {\n"
	"  var text = document.getElementById(\"find\"), lacking = document.getElementById(\"lacking\"), shown = document.getElementById(\"shown\");\n"
	"  if (!text) { return; }\n"
	"  var apply = function () {\n"
	"    var word = text.value.trim().toLowerCase(), count = 0;\n"
	"    document.querySelectorAll(\"#matrix tbody tr\").forEach(function (row) {\n"
	"      var fits = row.cells[0].textContent.toLowerCase().indexOf(word) >= 0 && (!lacking.checked || Number(row.cells[0].getAttribute(\"data-v\")) > 0);\n"
	"      row.hidden = !fits; count += fits ? 1 : 0;\n"
	"    });\n"
	"    document.querySelectorAll(\"#overdue tbody tr\").forEach(function (row) { row.hidden = row.cells[0].textContent.toLowerCase().indexOf(word) < 0; });\n"
	"    var off = {};\n"
	"    document.querySelectorAll(\"input[data-channel]\").forEach(function (box) { off[box.getAttribute(\"data-channel\")] = !box.checked; });\n"
	"    document.querySelectorAll(\"#matrix [data-c], #publications tbody tr\").forEach(function (cell) { cell.hidden = !!off[cell.getAttribute(\"data-c\")]; });\n"
	"    shown.textContent = String(count);\n"
	"  };\n"
	"  text.addEventListener(\"input\", apply); lacking.addEventListener(\"change\", apply);\n"
	"  document.querySelectorAll(\"input[data-channel]\").forEach(function (box) { box.addEventListener(\"change\", apply); });\n"
	"})();\n";
/* clang-format on */
