"""What psql prints as HTML, as a page that needs nothing else."""

from html import escape

STYLE = """
:root { color-scheme: light dark; --back: #fff; --text: #1f2430; --quiet: #5c6575; --line: #dfe3ea; }
@media (prefers-color-scheme: dark) {
  :root { --back: #14171d; --text: #e6e9ef; --quiet: #9aa4b5; --line: #2b313c; }
}
body { max-width: 80rem; margin: 0 auto; padding: 1rem; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; }
h2 { margin: 2rem 0 .5rem; font-size: 1.15rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem 1rem .25rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); }
th { font-size: .8rem; color: var(--quiet); }
td { white-space: nowrap; }
td[align="right"] { text-align: right; }
.quiet { color: var(--quiet); }
"""


def page(title: str, said: str) -> str:
    """Return the page; lines of psql between its tables are headings."""
    parts: list[str] = []
    is_table = False
    for line in said.splitlines():
        if line.startswith("<table"):
            is_table = True
            parts.append(
                f'<div class="wide" tabindex="0" role="region" aria-label="{heading(parts)}">\n<table>'
            )
        elif line.startswith("</table"):
            is_table = False
            parts.append("</table>\n</div>")
        elif is_table:
            parts.append(line.replace('<th align="center">', '<th scope="col">'))
        elif line and not line.startswith("<"):
            parts.append(f"<h2>{escape(line)}</h2>")
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )


def heading(parts: list[str]) -> str:
    """Return the text of the last heading."""
    found = [part for part in parts if part.startswith("<h2>")]
    return found[-1].removeprefix("<h2>").removesuffix("</h2>") if found else ""
