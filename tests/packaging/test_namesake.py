"""Another distribution on PyPI is called `gradient` and owns `gradient/__init__.py`; both work in one environment."""

import pytest

pytestmark = pytest.mark.slow  # Builds and installs.

OURS, THEIRS = "gradient-runtime", "gradient"
ORDERS = pytest.mark.parametrize("order", [(OURS, THEIRS), (THEIRS, OURS)], ids=["ours first", "theirs first"])


@pytest.fixture
def together(wheel, environment):
    """Return a function that installs both, one after the other."""

    def install(order):
        for distribution in order:
            environment.install(wheel if distribution == OURS else THEIRS)
        return environment

    return install


def theirs_works(environment):
    use = "from gradient import Gradient; print(Gradient(access_token='made up').chat.completions)"
    return "CompletionsResource" in environment.python(use)


@ORDERS
def test_both_work_in_either_order_of_installation(order, together, agent):
    environment = together(order)

    assert environment.traced(agent) == ("answer\n", [("shop_agent", "completed", 1)])
    assert theirs_works(environment)


@ORDERS
def test_theirs_works_when_ours_is_gone(order, together):
    environment = together(order)

    environment.uninstall(OURS)

    assert theirs_works(environment)
    assert environment.python("import importlib.util as util; print(util.find_spec('gradient.sdk'))") == "None\n"


@ORDERS
def test_ours_works_when_theirs_is_gone(order, together, agent):
    environment = together(order)

    environment.uninstall(THEIRS)

    assert environment.traced(agent) == ("answer\n", [("shop_agent", "completed", 1)])
    assert environment.python("import gradient; print(gradient.__file__)") == "None\n"
