"""What headers say of a trace, as W3C writes them."""

import pytest

from gradient.runtime.remote import Remote, extract

_TRACE, _SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.mark.parametrize(
    "told",
    [
        "",
        "nonsense",
        f"00-{_TRACE}-{_SPAN}",
        f"00-{_TRACE}-{_SPAN}-01-more",
        f"ff-{_TRACE}-{_SPAN}-01",
        f"00-{'0' * 32}-{_SPAN}-01",
        f"00-{_TRACE}-{'0' * 16}-01",
        f"00-{_TRACE.upper()}-{_SPAN}-01",
    ],
)
def test_headers_that_are_not_valid_begin_a_trace_anew(told):
    assert extract({"traceparent": told}) is None


def test_headers_are_read_in_any_spelling_and_of_a_later_version():
    told = {b"Traceparent": f"01-{_TRACE}-{_SPAN}-00-more".encode(), "TRACESTATE": "a=1"}

    assert extract(told) == Remote(_TRACE, _SPAN, "00", "a=1")


def test_what_is_too_long_or_cannot_be_printed_is_not_passed_on():
    told = {"traceparent": f"00-{_TRACE}-{_SPAN}-01", "tracestate": "a" * 10_000, "baggage": "a=1\r\nx: y"}

    assert extract(told) == Remote(_TRACE, _SPAN)
