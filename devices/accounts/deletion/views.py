"""Deletion of a vendor account: a list of what is deleted, confirmation by its name, and progress."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from devices.accounts.action_forms import DeleteForm
from devices.accounts.deletion.services import contents, makes_installers, progress_of, request_deletion
from devices.audit.request import act_of
from devices.models import Account
from devices.web.permissions import is_fragment, needs


@require_http_methods(["GET", "HEAD", "POST"])
@needs("manage_account")
def delete(request: HttpRequest, name: str) -> HttpResponse:
    account = get_object_or_404(Account, name=name)
    if account.being_deleted:
        messages.info(request, gettext("%(account)s is already being deleted.") % {"account": name})
        return redirect("devices:account", name=name)
    form = DeleteForm(account, request.POST if request.method == "POST" else None)
    if form.is_valid():
        request_deletion(account, act=act_of(request))
        messages.success(request, gettext("%(account)s is being deleted.") % {"account": name})
        return redirect("devices:account", name=name)
    context = {"account": account, "contents": contents(account), "makes_installers": makes_installers(account), "form": form}
    return render(request, "devices/accounts/delete.html", context, status=422 if form.is_bound else 200)


@require_safe
@needs("view_account")
def progress(request: HttpRequest, name: str) -> HttpResponse:
    """The fragment that the page polls; after the deletion the browser goes to the list of accounts."""
    if not is_fragment(request):
        return redirect("devices:account", name=name)
    account = Account.objects.select_related("deletion_requested_by").filter(name=name).exclude(deletion_requested_at=None).first()
    if account is None:
        messages.success(request, gettext("%(account)s was deleted.") % {"account": name})
        return HttpResponseClientRedirect(reverse("devices:accounts"))
    return render(request, "devices/accounts/_deletion_progress.html", {"account": account, "deleting": progress_of(account)})
