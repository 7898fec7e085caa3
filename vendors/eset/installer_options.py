"""Installer options of ESET Connect: systems and languages.

https://help.eset.com/eset_connect/en-US/installers_v1_installers_post.html
"""

from __future__ import annotations

from vendors.installer_api import InstallerOptions
from vendors.states import Family
from vendors.texts import gettext_noop

LANGUAGES = (
    ("ar-eg", gettext_noop("Arabic")),
    ("bg-bg", gettext_noop("Bulgarian")),
    ("zh-cn", gettext_noop("Chinese, simplified")),
    ("zh-tw", gettext_noop("Chinese, traditional")),
    ("hr-hr", gettext_noop("Croatian")),
    ("cs-cz", gettext_noop("Czech")),
    ("da-dk", gettext_noop("Danish")),
    ("nl-nl", gettext_noop("Dutch")),
    ("en-us", gettext_noop("English")),
    ("et-ee", gettext_noop("Estonian")),
    ("fi-fi", gettext_noop("Finnish")),
    ("fr-fr", gettext_noop("French")),
    ("fr-ca", gettext_noop("French, Canada")),
    ("de-de", gettext_noop("German")),
    ("el-gr", gettext_noop("Greek")),
    ("hu-hu", gettext_noop("Hungarian")),
    ("id-id", gettext_noop("Indonesian")),
    ("it-it", gettext_noop("Italian")),
    ("ja-jp", gettext_noop("Japanese")),
    ("kk-kz", gettext_noop("Kazakh")),
    ("ko-kr", gettext_noop("Korean")),
    ("lv-lv", gettext_noop("Latvian")),
    ("lt-lt", gettext_noop("Lithuanian")),
    ("nb-no", gettext_noop("Norwegian")),
    ("pl-pl", gettext_noop("Polish")),
    ("pt-br", gettext_noop("Portuguese, Brazil")),
    ("ro-ro", gettext_noop("Romanian")),
    ("ru-ru", gettext_noop("Russian")),
    ("sk-sk", gettext_noop("Slovak")),
    ("sl-si", gettext_noop("Slovenian")),
    ("es-es", gettext_noop("Spanish")),
    ("es-cl", gettext_noop("Spanish, Latin America")),
    ("sv-se", gettext_noop("Swedish")),
    ("th-th", gettext_noop("Thai")),
    ("tr-tr", gettext_noop("Turkish")),
    ("uk-ua", gettext_noop("Ukrainian")),
    ("vi-vn", gettext_noop("Vietnamese")),
)

OFFER = InstallerOptions(
    families=(Family.WINDOWS, Family.MACOS),
    languages=LANGUAGES,
    fallback="en-us",
    life=gettext_noop("6 months (fixed by ESET)"),
    refusals={
        Family.LINUX: gettext_noop("ESET Connect cannot create installers for Linux: download it in the ESET PROTECT console."),
        Family.ANDROID: gettext_noop("ESET Connect cannot create installers for phones: enroll them in the ESET PROTECT console."),
        Family.IOS: gettext_noop("ESET Connect cannot create installers for phones: enroll them in the ESET PROTECT console."),
    },
)
