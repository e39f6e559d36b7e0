"""Warnings that our code causes fail the tests; those of others, which come with any of their releases, do not."""

import warnings

import pytest


def warn(module):
    warnings.warn_explicit("old", DeprecationWarning, "some.py", 1, module=module)


@pytest.mark.parametrize("module", ["gradient", "gradient.runtime.manager", "gradient.instrumentors.anthropic"])
def test_a_warning_to_our_code_is_an_error(module):
    with pytest.raises(DeprecationWarning):
        warn(module)


@pytest.mark.parametrize("module", ["anthropic", "langchain_core.gradient", "gradient_boost", "test_anthropic"])
def test_a_warning_to_others_is_none(module):
    with warnings.catch_warnings(record=True) as said:
        warn(module)

    assert len(said) == 1
