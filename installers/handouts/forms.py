"""Forms of deliveries: sharing an installer, ending a delivery."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from devices.errors import ActionRefused
from devices.web.ticket import LONGEST_TICKET
from installers.handouts.services import LinkLimits, LinkTerms
from installers.models.handout import LONGEST_RECIPIENT
from installers.orders.requests import LONGEST_PURPOSE

USES = 3  # more than one, because an interrupted download is started again
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class ShareForm(forms.Form):
    """`way` is the button: "shown" for the vendor link, else a short link. `key`: a form that is sent twice shares once."""

    way = forms.CharField(required=False, widget=forms.HiddenInput)
    key = forms.CharField(required=False, widget=forms.HiddenInput)
    recipient = forms.CharField(
        label=gettext_lazy("Recipient"),
        required=False,
        widget=forms.TextInput({**_PLAIN, "maxlength": LONGEST_RECIPIENT}),
        help_text=gettext_lazy("Name or location (logged)."),
    )
    ticket = forms.CharField(label=gettext_lazy("Ticket"), required=False, widget=forms.TextInput({**_PLAIN, "maxlength": LONGEST_TICKET}))
    days = forms.IntegerField(
        label=gettext_lazy("Expires after (days)"),
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "maxlength": 20}),
        help_text=gettext_lazy("Not later than the installer."),
    )
    uses = forms.IntegerField(
        label=gettext_lazy("Max. downloads"),
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "maxlength": 20}),
        help_text=gettext_lazy("Page views don't count. Leave blank for no limit."),
    )

    def __init__(self, data: Any = None, *, limits: LinkLimits, ticket: str = "") -> None:
        super().__init__(data, initial={"ticket": ticket, "days": limits.default_days, "uses": USES})
        self.limits = limits
        self.fields["days"].error_messages["invalid"] = limits.days_refusal
        self.fields["uses"].error_messages["invalid"] = limits.uses_refusal
        if not limits.unlimited:
            self.fields["uses"].help_text = gettext("Page views don't count. At most %(most)s.") % {"most": limits.uses}

    @property
    def terms(self) -> LinkTerms:
        days = self.cleaned_data["days"]
        return LinkTerms(self.limits.default_days if days is None else days, self.cleaned_data["uses"])

    def refuse(self, problem: ActionRefused) -> None:
        self.add_error(problem.field if problem.field in self.fields else None, problem.sentence)


class SendForm(ShareForm):
    """Links for several devices. `links`: one for each device, or one for all that need the same installer. `name`: of new installers."""

    EACH, ALL = "each", "all"
    links = forms.ChoiceField(
        label=gettext_lazy("Links"),
        choices=[(EACH, gettext_lazy("One link per device")), (ALL, gettext_lazy("One link for all devices"))],
        widget=forms.RadioSelect,
        initial=EACH,
    )
    name = forms.CharField(
        label=gettext_lazy("Name of the new installer"),
        widget=forms.TextInput({**_PLAIN, "maxlength": LONGEST_PURPOSE}),
        help_text=gettext_lazy("Shown here and at the vendor. A short ID is appended."),
        error_messages={"required": gettext_lazy("Enter a name, e.g. Reception Berlin.")},
    )

    def __init__(self, data: Any = None, *, limits: LinkLimits, ticket: str, name: str) -> None:
        super().__init__(data, limits=limits, ticket=ticket)
        self.fields["name"].required, self.fields["name"].initial = bool(name), name
        self.fields["links"].initial = self.EACH
        self.fields["recipient"].label = gettext("Recipient or reason")
        self.fields["recipient"].help_text = gettext("Leave blank to use the user of each device (logged).")
        self.fields["uses"].label = gettext("Max. downloads per device")

    def refuse(self, problem: ActionRefused) -> None:
        if problem.field == "purpose":
            self.add_error("name", problem.sentence)
        else:
            super().refuse(problem)


class EndForm(forms.Form):
    """`back`: "list" for the list of deliveries, else the installer."""

    back = forms.CharField(required=False, widget=forms.HiddenInput)
