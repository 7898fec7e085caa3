"""What ESET Connect makes installers for.

https://help.eset.com/eset_connect/en-US/installers_v1_installers_post.html
"""

from __future__ import annotations

from vendors.installer_api import InstallerOptions
from vendors.states import Family

LANGUAGES = (
    ("ar-eg", "Arabic"),
    ("bg-bg", "Bulgarian"),
    ("zh-cn", "Chinese, simplified"),
    ("zh-tw", "Chinese, traditional"),
    ("hr-hr", "Croatian"),
    ("cs-cz", "Czech"),
    ("da-dk", "Danish"),
    ("nl-nl", "Dutch"),
    ("en-us", "English"),
    ("et-ee", "Estonian"),
    ("fi-fi", "Finnish"),
    ("fr-fr", "French"),
    ("fr-ca", "French, Canada"),
    ("de-de", "German"),
    ("el-gr", "Greek"),
    ("hu-hu", "Hungarian"),
    ("id-id", "Indonesian"),
    ("it-it", "Italian"),
    ("ja-jp", "Japanese"),
    ("kk-kz", "Kazakh"),
    ("ko-kr", "Korean"),
    ("lv-lv", "Latvian"),
    ("lt-lt", "Lithuanian"),
    ("nb-no", "Norwegian"),
    ("pl-pl", "Polish"),
    ("pt-br", "Portuguese, Brazil"),
    ("ro-ro", "Romanian"),
    ("ru-ru", "Russian"),
    ("sk-sk", "Slovak"),
    ("sl-si", "Slovenian"),
    ("es-es", "Spanish"),
    ("es-cl", "Spanish, Latin America"),
    ("sv-se", "Swedish"),
    ("th-th", "Thai"),
    ("tr-tr", "Turkish"),
    ("uk-ua", "Ukrainian"),
    ("vi-vn", "Vietnamese"),
)

OFFER = InstallerOptions(
    families=(Family.WINDOWS, Family.MACOS),
    languages=LANGUAGES,
    fallback="en-us",
    life="six months, which cannot be changed",
    refusals={
        Family.LINUX: "ESET Connect makes no installers for Linux: download the one for Linux in the ESET PROTECT console.",
        Family.ANDROID: "ESET Connect makes no installers for phones: enrol them in the ESET PROTECT console.",
        Family.IOS: "ESET Connect makes no installers for phones: enrol them in the ESET PROTECT console.",
    },
)
