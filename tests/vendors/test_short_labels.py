"""Vendors' words in little room."""

from __future__ import annotations

import pytest

from vendors.short_labels import short_word


@pytest.mark.parametrize(
    ("word", "short"),
    [
        ("APPLICATION_PATCHING_STATUS_FAILED_DOWNLOAD_ERROR", "FAILED_DOWNLOAD_ERROR"),
        ("PATCHING_STATUS_OK_INSTALLED", "OK_INSTALLED"),
        ("DEVICE_FUNCTIONALITY_STATUS_ATTENTION_REQUIRED", "ATTENTION_REQUIRED"),
    ],
)
def test_what_all_words_of_a_list_begin_with_is_left_out(word: str, short: str) -> None:
    assert short_word(word) == short


@pytest.mark.parametrize(
    "word", ["InstallFailure", "STATUS_", "_STATUS_x", "PATCHING_STATUS_", "some_STATUS_OK", "2 Autofix, 3 Planned", ""]
)
def test_any_other_word_stays_whole(word: str) -> None:
    assert short_word(word) == word
