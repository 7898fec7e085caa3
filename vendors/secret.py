"""Secret: a text that is never shown by accident."""

from __future__ import annotations

from typing import Any, NoReturn


class Secret:
    """Holds a secret text. `reveal()` is the only way out: repr, str, format, JSON, pickle and copies give nothing or refuse."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "Secret(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret cannot be pickled or copied out of the process.")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        self.__reduce__()
