"""A secret in a check: a failing assertion shows its operands, and must not show this one."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Secret:
    """`reveal` gives the text, for a program's standard input."""

    _text: str = field(repr=False)

    def reveal(self) -> str:
        """The text itself."""
        return self._text
