"""Bytes from the wire: what is read, what is refused, and that nothing ever raises."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import OscBundleBuilder
from pythonosc.osc_message_builder import build_msg
from pythonosc.parsing import ntp

from amt_live.osc.codec import Malformed, Message, decode, encode
from amt_live.osc.limits import Limits

LIMITS = Limits()
NOW_S, WALL_S = 1000.0, 1_700_000_000.0


def read(data):
    return decode(data, LIMITS, NOW_S, WALL_S)


def bundle(at_s, *elements):
    """A bundle due ``at_s`` of wall time (None: at once), with raw elements."""
    tag = ntp.IMMEDIATELY if at_s is None else ntp.system_time_to_ntp(at_s)
    body = b"".join(struct.pack(">i", len(element)) + element for element in elements)
    return b"#bundle\x00" + tag + body


PING = encode("/amt/ping")


@given(
    st.lists(
        st.integers(-(2**31), 2**31 - 1)
        | st.floats(width=32, allow_nan=False, allow_infinity=False)
        | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=50)
    )
)
def test_what_is_written_is_read(atoms):
    (message,) = read(encode("/amt/mood", *atoms))
    assert isinstance(message, Message)
    assert message.atoms == pytest.approx(tuple(atoms), rel=1e-6, abs=1e-37)


def test_every_type_of_atom_is_read():
    message = build_msg("/x", [1, 2**40, 0.97, "text", True, False])
    assert read(message.dgram) == [Message("/x", (1, 2**40, 0.97, "text", True, False))]
    double = b"/x\x00\x00,d\x00\x00" + struct.pack(">d", 1 / 3)
    assert read(double) == [Message("/x", (1 / 3,))]
    symbol = b"/x\x00\x00,S\x00\x00sym\x00"
    assert read(symbol) == [Message("/x", ("sym",))]


def test_impulse_and_nil_carry_nothing():
    assert read(b"/x\x00\x00,I\x00\x00") == read(b"/x\x00\x00,N\x00\x00") == [Message("/x")]
    mixed = b"/x\x00\x00,NiIs\x00\x00\x00" + struct.pack(">i", 7) + b"sym\x00"
    assert read(mixed) == [Message("/x", (7, "sym"))]
    endless = b"/x\x00\x00,iii"
    assert isinstance(read(endless)[0], Malformed)


def test_32_bit_floats_become_the_decimals_they_were():
    for number in (0.97, 96.3, 0.05, 16777213.0, 1 / 3, 123456.7):
        (message,) = read(encode("/x", number))
        assert message.atoms[0] == pytest.approx(number, rel=1e-7)
    assert read(encode("/x", 0.97))[0].atoms == (0.97,)


def test_a_message_without_type_tags_has_no_atoms():
    assert read(b"/amt/ping\x00\x00\x00") == [Message("/amt/ping")]


def test_time_tags_become_perf_counter_seconds():
    (message,) = read(bundle(WALL_S + 2.5, PING))
    assert message.at_s == pytest.approx(NOW_S + 2.5, abs=1e-3)
    (message,) = read(bundle(None, PING))
    assert message.at_s is None


def test_an_inner_bundle_is_never_due_before_the_outer_one():
    inner = bundle(WALL_S + 1, PING)
    (message,) = read(bundle(WALL_S + 3, inner))
    assert message.at_s == pytest.approx(NOW_S + 3, abs=1e-3)
    (message,) = read(bundle(None, inner))
    assert message.at_s == pytest.approx(NOW_S + 1, abs=1e-3)


def test_bundles_of_python_osc_are_read_in_order():
    builder = OscBundleBuilder(ntp.IMMEDIATELY and 0)
    builder.add_content(build_msg("/a", 1))
    builder.add_content(build_msg("/b", 2))
    assert [item.address for item in read(builder.build().dgram)] == ["/a", "/b"]


@pytest.mark.parametrize(
    ("data", "address", "code"),
    [
        (b"/amt/mood\x00\x00\x00,s\x00\x00\xff\xfe\xfd\x00", "/amt/mood", "text"),
        (b"/amt/mood\x00\x00\x00,s\x00\x00abc", "/amt/mood", "format"),
        (b"/amt/mood\x00\x00\x00,sss", "/amt/mood", "format"),
        (b"/amt/mood\x00\x00\x00sss\x00", "/amt/mood", "format"),
        (b"/amt/mood\x00\x00\x00,b\x00\x00\xff\xff\xff\xff", "/amt/mood", "arguments"),
        (b"/amt/mood\x00\x00\x00,[s]\x00\x00\x00\x00a\x00\x00\x00", "/amt/mood", "arguments"),
        (b"/amt/mood\x00\x00\x00,z\x00\x00", "/amt/mood", "arguments"),
        (encode("/amt/mood", "x" * 1001), "/amt/mood", "text"),
        (encode("/amt/mood", *[1] * 257), "/amt/mood", "size"),
        (encode("/amt/mood", "x" * 9000), "/amt/mood", "size"),
        (b"#bundle\x00" + b"x" * 9000, "#bundle", "size"),
        (b"#bundle\x00\x00", "#bundle", "format"),
        (bundle(None) + struct.pack(">i", -4), "#bundle", "format"),
        (bundle(None) + struct.pack(">i", 400), "#bundle", "format"),
        (bundle(None) + b"\x00", "#bundle", "format"),
        (b"", "", "format"),
        (b"\xff\xfe", "", "format"),
        (b"/no/end", "", "format"),
        (b"/am\xffx\x00\x00\x00", "", "format"),
        (b"/" + b"a" * 200 + b"\x00" * 3, "", "format"),
        (b"/a\nb\x00\x00\x00\x00", "", "format"),
    ],
)
def test_what_cannot_be_read_says_why(data, address, code):
    (item,) = read(data)
    assert isinstance(item, Malformed)
    assert (item.address, item.code) == (address, code)


def test_depth_and_number_of_elements_are_limited():
    deep = PING
    for _ in range(5):
        deep = bundle(None, deep)
    assert [item.code for item in read(deep)] == ["size"]
    wide = read(bundle(None, *[PING] * 200))
    assert len(wide) == LIMITS.elements
    assert isinstance(wide[-1], Malformed)


@given(st.binary(max_size=200), st.sampled_from([b"", b"/amt/mood\x00\x00\x00,", b"#bundle\x00"]))
def test_no_bytes_raise(data, start):
    for item in read(start + data):
        assert isinstance(item, Message | Malformed)


def test_extreme_atoms_are_written_without_error():
    big = decode(encode("/x", 10**30, -(10**30), 1e300, float("inf"), "a\x00b\ud800"), LIMITS, 0, 0)
    assert big == [Message("/x", (2**63 - 1, -(2**63), 1e300, float("inf"), "ab?"))]
