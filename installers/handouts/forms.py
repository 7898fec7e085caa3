"""Forms of deliveries: sharing an installer, ending a delivery."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from devices.errors import ActionRefused
from devices.web.ticket import LONGEST_TICKET
from installers.handouts.services import LinkLimits, LinkTerms
from installers.models.handout import LONGEST_RECIPIENT

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


class EndForm(forms.Form):
    """`back`: "list" for the list of deliveries, else the installer."""

    back = forms.CharField(required=False, widget=forms.HiddenInput)
