"""Quantities are read as they are written."""

import pytest

from gradient.analysis.quantities import read_cost, read_count, read_duration_ms


@pytest.mark.parametrize(
    ("text", "ms"),
    [("800ms", 800), ("2s", 2_000), ("1.5", 1_500), ("3m", 180_000), ("1h", 3_600_000), (".5s", 500), ("10 us", 0.01)],
)
def test_a_duration_has_a_unit_seconds_if_none(text, ms):
    assert read_duration_ms(text) == pytest.approx(ms)


@pytest.mark.parametrize(("text", "number"), [("5000", 5_000), ("5k", 5_000), ("1.5M", 1_500_000)])
def test_a_count_may_be_in_thousands_or_millions(text, number):
    assert read_count(text) == number


@pytest.mark.parametrize(("text", "usd"), [("0.01", 0.01), ("$2", 2), ("3", 3)])
def test_a_cost_is_in_dollars(text, usd):
    assert read_cost(text) == usd


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_duration_ms, "2 days"),
        (read_duration_ms, ""),
        (read_count, "-1"),
        (read_count, "5s"),
        (read_cost, "1 EUR"),
    ],
)
def test_anything_else_is_refused_with_an_example(read, text):
    with pytest.raises(ValueError, match=r"is not .* such as"):
        read(text)
