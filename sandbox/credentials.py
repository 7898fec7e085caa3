"""The credentials of the simulated vendors. Every secret starts with CANARY, so that leaks can be found with grep."""

from __future__ import annotations

CANARY = "canary-"

ESET_USERNAME = "api@nordwind.example"
ESET_PASSWORD = CANARY + "eset-Passw0rd+&="
OPSWAT_CLIENT_KEY = CANARY + "opswat-client-key"
OPSWAT_CLIENT_SECRET = CANARY + "opswat-client-secret/+="
FIVE9S_TOKEN = CANARY.upper().replace("-", "") + "59SPAT0123456789ABCDEF"  # a PAT is letters and digits only

Settings = tuple[dict[str, str], dict[str, str]]


def account_settings(base_url: str) -> dict[str, Settings]:
    """(settings, secrets) of one account per vendor, for simulators listening at `base_url`."""
    base = base_url.rstrip("/")
    return {
        "eset": (
            {
                "region": "eu",
                "url": base + "/eset/{region}/{service}",
                "username": ESET_USERNAME,
                "calls_per_second": "10",
            },
            {"password": ESET_PASSWORD},
        ),
        "opswat": (
            {"url": f"{base}/opswat", "calls_per_minute": "10"},
            {"client_key": OPSWAT_CLIENT_KEY, "client_secret": OPSWAT_CLIENT_SECRET},
        ),
        "five9s": (
            {"url": f"{base}/five9s", "time_zone": "Europe/Berlin", "allow_http": "true"},
            {"token": FIVE9S_TOKEN},
        ),
    }
