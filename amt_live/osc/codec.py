"""Bytes to messages and back: python-osc's parser and builder, fenced in by own limits.

The parser alone would follow any depth of bundles, loop for ever on a negative element size and
raise on bad UTF-8. Here the bundle is walked by hand, a message is checked before it is parsed, and
``decode`` never raises: what cannot be read comes back as ``Malformed``. Time tags leave NTP here
and nowhere else: everything behind this module is in ``time.perf_counter`` seconds.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message import ParseError as MessageParseError
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.parsing import osc_types

from amt_live.osc.arguments import Atom
from amt_live.osc.limits import Limits

BUNDLE: Final = "#bundle"
"""The address under which a bundle as a whole is refused."""

_BUNDLE_START: Final = b"#bundle\x00"
_HEADER_BYTES: Final = 16
_ATOM_TAGS: Final = frozenset(b"ihfdsTF")
_EMPTY_TAGS: Final = b"IN"
"""Impulse and nil carry nothing: a button of an OSCQuery client sends them in place of nothing."""

_LARGEST_FLOAT32: Final = 3.4028234e38


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``at_s`` is when it is due (perf_counter seconds), None for at once."""

    address: str
    atoms: tuple[Atom, ...] = ()
    at_s: float | None = None


@dataclass(frozen=True, slots=True)
class Malformed:
    """What could not be read; ``address`` is empty when there is nothing to answer to."""

    address: str
    code: str
    why: str


Item = Message | Malformed


def decode(data: bytes, limits: Limits, now_s: float, wall_s: float) -> list[Item]:
    """Everything in a datagram, in order; ``now_s`` and ``wall_s`` are one moment on both clocks.

    Never raises. Thread: any.
    """
    return list(items_of(data, limits, now_s, wall_s))


def items_of(data: bytes, limits: Limits, now_s: float, wall_s: float) -> Iterator[Item]:
    """As ``decode``, one at a time: what is not asked for is not parsed."""
    if len(data) > limits.datagram_bytes:
        address = BUNDLE if data.startswith(_BUNDLE_START) else _address(data, limits)
        why = f"the datagram has {len(data)} bytes; {limits.datagram_bytes} is the most"
        return iter((Malformed(address or "", "size", why),))
    return _Walk(limits, now_s - wall_s).items(data, 0, None)


def encode(address: str, *atoms: Atom) -> bytes:
    """One message as bytes. Booleans travel as 0 and 1, which every host understands."""
    builder = OscMessageBuilder(address=address)
    for atom in atoms:
        if isinstance(atom, str):
            text = atom.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
            builder.add_arg(text, OscMessageBuilder.ARG_TYPE_STRING)
        elif isinstance(atom, bool):
            builder.add_arg(int(atom))
        elif isinstance(atom, float):
            wide = math.isfinite(atom) and abs(atom) > _LARGEST_FLOAT32
            builder.add_arg(atom, "d" if wide else "f")
        else:
            builder.add_arg(max(-(2**63), min(atom, 2**63 - 1)))
    return builder.build().dgram


class _Walk:
    """One pass over one datagram, counting its elements."""

    def __init__(self, limits: Limits, wall_to_perf_s: float) -> None:
        self._limits = limits
        self._wall_to_perf_s = wall_to_perf_s
        self._elements = 0

    def items(self, data: bytes, depth: int, at_s: float | None) -> Iterator[Item]:
        self._elements += 1
        if self._elements > self._limits.elements:
            return
        if not data.startswith(_BUNDLE_START):
            yield self._message(data, at_s)
            return
        if depth >= self._limits.bundle_depth:
            yield Malformed(BUNDLE, "size", f"bundles go at most {depth} deep")
            return
        if len(data) < _HEADER_BYTES:
            yield Malformed(BUNDLE, "format", "the bundle ends before its time tag")
            return
        due_s = self._later(at_s, self._due_s(data))
        at = _HEADER_BYTES
        while at < len(data):
            size = struct.unpack_from(">i", data, at)[0] if len(data) - at >= 4 else -1
            at += 4
            if size <= 0 or size % 4 or at + size > len(data):
                yield Malformed(BUNDLE, "format", "an element of the bundle has an impossible size")
                return
            if self._elements >= self._limits.elements:
                most = self._limits.elements
                yield Malformed(BUNDLE, "size", f"a datagram holds at most {most} elements")
                return
            yield from self.items(data[at : at + size], depth + 1, due_s)
            at += size

    def _due_s(self, data: bytes) -> float | None:
        """The bundle's moment on the perf_counter clock; None for the tag that means at once."""
        epoch_s, _ = osc_types.get_date(data, len(_BUNDLE_START))
        return None if epoch_s == osc_types.IMMEDIATELY else epoch_s + self._wall_to_perf_s

    @staticmethod
    def _later(outer_s: float | None, inner_s: float | None) -> float | None:
        """An inner bundle is never due before the one around it."""
        if outer_s is None or inner_s is None:
            return outer_s if inner_s is None else inner_s
        return max(outer_s, inner_s)

    def _message(self, data: bytes, at_s: float | None) -> Item:
        address = _address(data, self._limits)
        if address is None:
            return Malformed("", "format", "no OSC address")
        start = (len(address) // 4 + 1) * 4
        if start >= len(data):
            return Message(address, (), at_s)  # old senders leave empty type tags out
        end = data.find(0, start)
        if end < 0:
            return Malformed(address, "format", "the type tags do not end")
        rest = data[start + (end - start) // 4 * 4 + 4 :]
        tags = data[start:end].translate(None, _EMPTY_TAGS)
        refused = self._refused(address, tags)
        if refused is not None:
            return refused
        # liblo's symbol type reads like a string, which python-osc knows.
        tags = tags.replace(b"S", b"s")
        data = data[:start] + tags.ljust(len(tags) // 4 * 4 + 4, b"\x00") + rest
        try:
            parsed = OscMessage(data).params
        except UnicodeDecodeError:
            return Malformed(address, "text", "a text is not UTF-8")
        except (MessageParseError, osc_types.ParseError, ValueError, OverflowError):
            return Malformed(address, "format", "the arguments do not fit their type tags")
        if any(isinstance(a, str) and len(a) > self._limits.text_chars for a in parsed):
            return Malformed(
                address, "text", f"a text is longer than {self._limits.text_chars} characters"
            )
        kinds = tags.decode("ascii")[1:]
        atoms = tuple(_atom(kind, value) for kind, value in zip(kinds, parsed, strict=True))
        return Message(address, atoms, at_s)

    def _refused(self, address: str, tags: bytes) -> Malformed | None:
        """Why python-osc need not see this message at all, or None."""
        if not tags.startswith(b","):
            return Malformed(address, "format", "the type tags are missing")
        if len(tags) - 1 > self._limits.atoms:
            return Malformed(
                address, "size", f"{len(tags) - 1} arguments; {self._limits.atoms} is the most"
            )
        if not _ATOM_TAGS.issuperset(tags[1:].replace(b"S", b"s")):
            return Malformed(address, "arguments", "only ints, floats, strings, T and F are taken")
        return None


def _address(data: bytes, limits: Limits) -> str | None:
    """The address at the start of a message, or None when it is not one that can be answered."""
    end = data.find(0, 0, limits.address_chars + 1)
    head = data[: max(end, 0)]
    if not head.startswith(b"/") or not head.isascii():
        return None
    address = head.decode("ascii")
    return address if address.isprintable() else None


def _atom(tag: str, value: Atom) -> Atom:
    """A parsed value; a 32-bit float becomes the decimal it stands for (0.97, not 0.97000002)."""
    if tag != "f" or not isinstance(value, float) or not math.isfinite(value) or value.is_integer():
        return value
    for digits in range(6, 9):
        decimal = float(f"{value:.{digits}g}")
        if struct.unpack(">f", struct.pack(">f", decimal))[0] == value:
            return decimal
    return value
