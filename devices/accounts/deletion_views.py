"""Deleting a vendor account, after a list of what goes with it, confirmed by its name. Workers do the deleting, and the page follows it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from devices.accounts.deletion import contents, makes_installers, progress_of, request_deletion
from devices.audit.request import act_of
from devices.models import Account
from devices.web.permissions import is_fragment, needs


@require_http_methods(["GET", "HEAD", "POST"])
@needs("manage_account")
def delete(request: HttpRequest, name: str) -> HttpResponse:
    account = get_object_or_404(Account, name=name)
    if account.being_deleted:
        messages.info(request, f"{name} is being deleted already.")
        return redirect("devices:account", name=name)
    typed = request.POST.get("name", "").strip()
    if request.method == "POST" and typed == account.name:
        request_deletion(account, act=act_of(request))
        messages.success(request, f"{name} is being deleted.")
        return redirect("devices:account", name=name)
    problem = f"Nothing was deleted: type the account's name exactly as it is written here, “{name}”." if request.method == "POST" else ""
    context = {
        "account": account,
        "contents": contents(account),
        "makes_installers": makes_installers(account),
        "typed": typed,
        "problem": problem,
    }
    return render(request, "devices/accounts/delete.html", context, status=422 if problem else 200)


@require_safe
@needs("view_account")
def progress(request: HttpRequest, name: str) -> HttpResponse:
    """The fragment that the page polls; when the account is gone, the browser goes to the list of accounts."""
    if not is_fragment(request):
        return redirect("devices:account", name=name)
    account = Account.objects.select_related("deletion_requested_by").filter(name=name).exclude(deletion_requested_at=None).first()
    if account is None:
        messages.success(request, f"{name} is deleted.")
        return HttpResponseClientRedirect(reverse("devices:accounts"))
    return render(request, "devices/accounts/_deletion_progress.html", {"account": account, "deleting": progress_of(account)})
