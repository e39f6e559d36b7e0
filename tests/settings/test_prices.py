"""A call costs what its model's price says, the user's own before ours; what is not known costs null, never 0."""

import json
import re

import pytest

from gradient.journal.events import Usage
from gradient.runtime.prices import Prices
from gradient.sdk import configure, entrypoint, step


def cost(model, usage=None, file=None):
    return Prices(file).priced(usage or Usage(1_000_000, 100_000), model).cost_usd


@pytest.fixture
def own_prices(tmp_path):
    """Return a function that writes a file of the user's and returns where it is."""

    def write(content):
        path = tmp_path / "prices.json"
        path.write_text(content if isinstance(content, str) else json.dumps({"models": content}), "utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("model", "as_"),
    [
        ("gpt-4.1-2025-04-14", "gpt-4.1"),
        ("openai/gpt-4.1", "gpt-4.1"),
        ("azure/openai/gpt-4.1-2025-04-14", "gpt-4.1"),
        ("claude-opus-4-1-20250805", "claude-opus-4-1"),
        ("claude-3-5-haiku-latest", "claude-3-5-haiku"),
        ("claude-opus-4-1@20250805", "claude-opus-4-1"),
        ("us.anthropic.claude-opus-4-1-20250805-v1:0", "claude-opus-4-1"),
        ("anthropic.claude-3-haiku-20240307-v1:0", "claude-3-haiku"),
        ("models/gemini-2.0-flash-001", "gemini-2.0-flash"),
        ("command-r-08-2024", "command-r"),
    ],
)
def test_what_providers_put_around_a_model_s_name_makes_no_difference(model, as_):
    assert cost(model) == cost(as_) is not None


def test_an_exact_id_comes_before_the_id_without_its_date():
    assert cost("gpt-4o-2024-05-13") == pytest.approx(5 + 1.5)
    assert cost("gpt-4o-2024-08-06") == pytest.approx(2.5 + 1)


@pytest.mark.parametrize("model", ["scripted-1", "ft:gpt-4o-mini-2024-07-18:acme::x", "gpt-4.1-ours", "", None, 3])
def test_a_model_that_nobody_knows_has_no_cost(model):
    assert cost(model) is None


def test_cached_and_written_tokens_have_prices_of_their_own():
    usage = Usage(1_000_000, 0, cache_read=400_000, cache_write=100_000)

    assert cost("claude-opus-4-5", usage) == pytest.approx(0.5 * 5 + 0.4 * 0.5 + 0.1 * 6.25)
    assert cost("gpt-4", usage) == pytest.approx(30)


def test_a_call_with_much_input_costs_more_as_a_whole():
    assert cost("gemini-2.5-pro", Usage(200_000, 1_000)) == pytest.approx(0.2 * 1.25 + 0.001 * 10)
    assert cost("gemini-2.5-pro", Usage(200_001, 1_000)) == pytest.approx(0.200001 * 2.5 + 0.001 * 15)


def test_tokens_that_are_not_known_make_no_cost():
    assert cost("gpt-4.1", Usage(None, 5)) is None
    assert cost("gpt-4.1", Usage(5, None)) is None
    assert cost("text-embedding-3-small", Usage(1_000_000, None)) == pytest.approx(0.02)


def test_a_cost_that_was_told_stays():
    assert cost("gpt-4.1", Usage(1_000_000, 100_000, cost_usd=0.5)) == 0.5


def test_the_user_s_file_comes_first_model_by_model(own_prices):
    path = own_prices({"gpt-4.1": {"input": 1, "output": 0}, "ours": {"input": 3}})

    assert (cost("gpt-4.1", file=path), cost("ours", file=path)) == (1.0, 3.0)
    assert cost("gpt-4o", file=path) == cost("gpt-4o")


@pytest.mark.parametrize("content", ["{", "[]", '{"models": {"gpt-4.1": {"input": "much"}}}'])
def test_a_file_that_cannot_be_used_costs_one_warning(own_prices, capsys, content):
    prices = Prices(own_prices(content))

    assert [prices.priced(Usage(1_000_000, 0), "gpt-4.1").cost_usd for _ in range(2)] == [2.0, 2.0]
    assert len(re.findall("prices.json cannot be used", capsys.readouterr().err)) == 1


def test_a_file_that_is_not_there_costs_one_warning(tmp_path, capsys):
    assert cost("gpt-4.1", file=tmp_path / "none.json") is not None
    assert "none.json" in capsys.readouterr().err


def test_calls_of_models_are_priced_and_what_they_sum_up_to_is_not_priced_again(runtime, read_runs, own_prices):
    configure(prices=own_prices({"ours": {"input": 1, "output": 2}}))

    @entrypoint
    def agent():
        with step("team", kind="agent") as team:
            team.set_usage(input_tokens=1_000_000, output_tokens=0, model="ours")
            with step("call", kind="llm") as call:
                call.set_usage(input_tokens=1_000_000, output_tokens=0, model="ours")

    agent()

    (run,) = read_runs()
    assert [each["usage"]["cost_usd"] for each in run["executions"]] == [None, 1.0]
    assert run["usage"]["cost_usd"] == 1.0


@pytest.mark.parametrize(
    ("model", "usage", "dollars"),
    [
        ("claude-opus-4-5", Usage(10, 0, cache_write=6, cache_write_1h=4), 4 * 5 + 2 * 6.25 + 4 * 10),
        ("gpt-5", Usage(100, 10, cache_read=40, tier="flex"), 60 * 0.625 + 40 * 0.0625 + 10 * 5),
        ("gpt-5", Usage(100, 10, cache_read=40, tier="priority"), 60 * 2.5 + 40 * 0.25 + 10 * 20),
        ("gemini-2.5-flash", Usage(100, 10, audio_input=80), 20 * 0.3 + 80 * 1 + 10 * 2.5),
        ("gemini-2.5-pro", Usage(200_001, 0, tier="priority"), 200_001 * 4.5),
    ],
    ids=["cache for an hour", "flex", "priority", "sound", "long input in a tier"],
)
def test_each_part_of_a_call_has_its_price(model, usage, dollars):
    assert cost(model, usage) == pytest.approx(dollars / 1e6)


@pytest.mark.parametrize(
    ("model", "usage", "why"),
    [
        ("acme-1", Usage(1, 1), "no price of acme-1 is known"),
        (None, Usage(1, 1), "it is not known which model answered"),
        ("gpt-5", Usage(None, 1), "gpt-5: its tokens of input are not known"),
        ("gpt-5", Usage(1, None), "gpt-5: its tokens of output are not known"),
        ("gpt-5", Usage(1, 1, tier="scale"), "gpt-5: no price of the tier scale is known"),
        ("gpt-5", Usage(1, 1, audio_output=1), "gpt-5: no price of sound in the output is known"),
        ("gpt-5", Usage(1, 1, audio_input=1), "gpt-5: no price of sound in the input is known"),
        (
            "gpt-5",
            Usage(1, 1, None, 1, None, None, 1),
            "gpt-5: no price of tokens that a cache keeps for an hour is known",
        ),
        (
            "gpt-5.4",
            Usage(272_001, 1, tier="priority"),
            "gpt-5.4: no price of so long an input in the tier priority is known",
        ),
    ],
)
def test_a_call_of_which_a_part_has_no_price_has_no_cost_and_says_why(model, usage, why):
    priced = Prices().priced(usage, model)

    assert (priced.cost_usd, priced.unpriced) == (None, why)


def test_a_model_of_the_users_may_have_tiers_and_prices_of_sound(own_prices):
    flex = {"input": 0.5, "output": 1, "audio_input": 9}
    file = own_prices({"mine": {"input": 1, "output": 2, "tiers": {"flex": flex}}})

    assert cost("mine", Usage(1_000_000, 0, audio_input=500_000, tier="flex"), file) == pytest.approx(0.25 + 4.5)
