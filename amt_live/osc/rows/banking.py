"""Rows for banks: where the music is, under a number."""

from collections.abc import Callable, Sequence
from typing import Final

from amt_live.control.commands import MAX_BANK, ClearBank, RecallBank, StoreBank
from amt_live.control.when import When
from amt_live.osc.arguments import Argument, Atom
from amt_live.osc.entries import Address, carried, number, when_of

_NUMBER: Final = Argument("number", "whole", 1, MAX_BANK)

Timed = Callable[[int, When | None], StoreBank | RecallBank]


def _timed(path: str, sentence: str, make: Timed, cost: int) -> Address:
    def made(_part: str, values: Sequence[Atom | None]) -> StoreBank | RecallBank:
        return make(int(number(values[0])), when_of(values[1]))

    return Address(path, "action", sentence, (_NUMBER,), made, takes_when=True, cost=cost)


ROWS: Final[tuple[Address, ...]] = (
    _timed(
        "/amt/bank/store",
        "Keep where the music is at the next bar line: what the model has in mind, the random "
        "state and all that is set. A file keeps it, also over a restart.",
        StoreBank,
        10,
    ),
    _timed(
        "/amt/bank/recall",
        "Go on from a bank at a bar line: what followed when it was stored follows again. It is "
        "armed and cancelled like a mood; the model must be the one of then.",
        RecallBank,
        10,
    ),
    Address(
        "/amt/bank/clear",
        "action",
        "Forget what is stored in a bank, and its file.",
        (_NUMBER,),
        lambda _part, values: ClearBank(int(number(values[0]))),
    ),
    Address(
        "/amt/bank/list",
        "reading",
        "The numbers of the banks in which something is stored, as many arguments as there are.",
        carried("number#"),
        read=lambda state, _part: state.banks,
        many=True,
    ),
)
