"""What the doctor says of one thing it looked at; every check of this package makes one."""

from collections.abc import Callable
from dataclasses import dataclass

from amt_live.errors import one_line


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``fix`` says in one line what to do where it is not good.

    ``is_vital``: without it nothing can be played.
    """

    name: str
    is_good: bool
    says: str
    fix: str = ""
    is_vital: bool = False

    def line(self) -> str:
        """As a person reads it."""
        mark = "ok  " if self.is_good else "FAIL" if self.is_vital else "warn"
        fix = f"; fix: {self.fix}" if self.fix and not self.is_good else ""
        return f"{mark}  {self.name}: {self.says}{fix}"


Check = Callable[[], Finding]


def look(name: str, check: Check) -> Finding:
    """What a check finds, also where it falls over: a doctor that does so helps nobody."""
    try:
        return check()
    except Exception as error:
        why = one_line(error)
        return Finding(name, False, why, "see the message; it names what to do", is_vital=True)
