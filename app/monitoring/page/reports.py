"""The reports that bantam-report has written: of days, weeks, months and quarters."""

from pathlib import Path

FOLDER = Path("/var/lib/bantam-report")


def names(folder: Path = FOLDER) -> list[str]:
    """Return their names, the newest of each kind first; none if none was written yet."""
    return sorted((file.stem for file in folder.glob("*-*.html")), reverse=True)


def page(name: str, folder: Path = FOLDER) -> str | None:
    """Return the page of this name, None if there is none."""
    return (folder / f"{name}.html").read_text("utf-8") if name in names(folder) else None
