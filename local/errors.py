"""The error of the local stack that is shown to the user."""

from __future__ import annotations

import errno


class StackError(Exception):
    """Its text is one sentence: what happened and what to do next. It is shown without a traceback."""


def explain_os_error(error: OSError) -> str:
    """The sentence for a failed file operation in the data folder."""
    place = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full{place}: free some space, then start again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"This user cannot write there{place}: correct the permissions of the folder, or set ROLLCALL_HOME to another one."
    return f"The local stack stopped on a system error: {error.strerror or error}{place}."
