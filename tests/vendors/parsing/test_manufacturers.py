"""Brands of makers' names: notations of one maker are one brand; what is not known is none."""

from __future__ import annotations

import pytest

from vendors.parsing.manufacturers import brand


@pytest.mark.parametrize(
    ("name", "names"),
    [
        (
            "hp",
            ["HP", "HP Inc.", "hp", "Hewlett-Packard", "Hewlett Packard", "Hewlett-Packard Company", "HPE", "Hewlett Packard Enterprise"],
        ),
        ("asus", ["ASUS", "ASUSTeK COMPUTER INC.", "ASUSTek Computer INC.", "ASUSTEK"]),
        ("dell", ["Dell", "Dell Inc.", "DELL", "Dell Computer Corporation", "Dell EMC", "DellEMC", "Alienware"]),
        ("lenovo", ["LENOVO", "Lenovo", "Lenovo Group Limited", " LENOVO "]),
        ("apple", ["Apple", "Apple Inc.", "Apple Computer, Inc."]),
        ("microsoft", ["Microsoft", "Microsoft Corporation"]),
        ("msi", ["MSI", "Micro-Star International Co., Ltd.", "MICRO-STAR INTERNATIONAL CO., LTD", "MicroStar"]),
        ("fujitsu", ["FUJITSU", "FUJITSU SIEMENS", "Fujitsu Client Computing Limited", "FUJITSU // Phoenix Technologies Ltd."]),
        ("dynabook", ["TOSHIBA", "Dynabook Inc.", "dynabook"]),
        ("panasonic", ["Panasonic Corporation", "Matsushita Electric Industrial Co.,Ltd."]),
        ("acer", ["Acer", "Acer, inc.", "Packard Bell", "Gateway"]),
        ("supermicro", ["Supermicro", "Super Micro Computer, Inc."]),
        ("vmware", ["VMware, Inc.", "VMware"]),
    ],
)
def test_every_notation_of_a_maker_is_one_brand(name: str, names: list[str]) -> None:
    assert {each: brand(each) for each in names} == dict.fromkeys(names, name)


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "System manufacturer", "To Be Filled By O.E.M.", "Default string", "Intel Corporation", "Google", "Wortmann AG", "HPX", "Dellmont",
     "Applegate Systems", "Hewlett", "Micro Electronics", "株式会社"],
)  # fmt: skip
def test_what_is_no_known_maker_has_no_brand(text: str) -> None:
    assert brand(text) == ""
