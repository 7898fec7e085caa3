"""Short form of a vendor's status, where there is little room. Pure."""

from __future__ import annotations

import re

_WHAT_IT_IS = re.compile("[A-Z_]+_STATUS_(?=[A-Z])")


def short_word(raw: str) -> str:
    """Without what says only that it is the word for a status: of APPLICATION_PATCHING_STATUS_FAILED_DOWNLOAD_ERROR what follows STATUS."""
    return raw[found.end() :] if (found := _WHAT_IT_IS.match(raw)) else raw
