"""Every error Gradient raises on purpose.

    GradientError
    ├── ConfigError         a setting has a value we cannot use
    │   └── UnknownSetting  there is no such setting
    ├── NotTraceable        an entrypoint or step was put on something that cannot be called
    └── SeamMissing         a framework no longer has the attribute we patch

Errors of the user's own agent are never wrapped: they are recorded and go on as they are.
"""

from collections.abc import Iterable


class GradientError(Exception):
    """Base class, so that one `except` clause catches whatever we raise."""


class ConfigError(GradientError):
    """A setting has a value we cannot use."""

    def __init__(self, setting: str, value: object, wanted: str) -> None:
        self.setting = setting
        self.value = value
        super().__init__(f"{setting} is {value!r}; it must be {wanted}.")


class UnknownSetting(ConfigError):
    """There is no setting of this name; `nearest` is the one that was probably meant, or None."""

    def __init__(self, setting: str, origin: str, known: Iterable[str]) -> None:
        self.setting = setting
        from difflib import get_close_matches

        self.nearest = next(iter(get_close_matches(setting, list(known), n=1)), None)
        hint = f" Did you mean {self.nearest!r}?" if self.nearest else " `gradient.sdk.Settings` lists all of them."
        GradientError.__init__(self, f"There is no setting {setting!r} (from {origin}).{hint}")


class NotTraceable(GradientError, TypeError):
    """An entrypoint or step was put on something that cannot be called."""

    def __init__(self, decorator: str, target: object) -> None:
        self.target_type = type(target).__qualname__
        found = f"the class {target.__qualname__}" if isinstance(target, type) else self.target_type
        instead = next((instead for kind, instead in _INSTEAD.items() if isinstance(target, kind)), "")
        super().__init__(f"@{decorator} needs a function or a callable object, not {found}.{instead}")


_INSTEAD: dict[type, str] = {
    type: " Put it on a method.",
    property: " Put it on the function, below @property.",
    str: " A name is given by keyword: name=...",
}


class SeamMissing(GradientError):
    """A framework no longer has the attribute we patch, most often because it was upgraded."""

    def __init__(self, seam: str) -> None:
        self.seam = seam
        super().__init__(f"Cannot trace {seam}: not in the installed version. Everything else is still traced.")
