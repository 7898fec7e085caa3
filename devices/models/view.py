from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models


class SavedView(models.Model):
    """A named look at a list: its filters, order, columns and page size, as an address says them.

    `slug` is unique, so that `?view=` means the same to everybody who may see it. `shared_with`: a role; empty: only its owner.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="views")
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=60, unique=True)
    page = models.CharField(max_length=40, default="devices", help_text="the name of its list (devices/saved_views/registry.py)")
    query = models.CharField(max_length=4000, blank=True)
    shared_with = models.ForeignKey(Group, null=True, on_delete=models.SET_NULL, related_name="+")
    is_default = models.BooleanField(default=False, help_text="its columns, order and page size are its owner's wherever none are said")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "page"], condition=models.Q(is_default=True), name="one_default_view"),
            models.UniqueConstraint(fields=["owner", "page", "name"], name="one_view_per_name"),
        ]
        permissions = [("share_view", "Can share saved views")]

    def __str__(self) -> str:
        return self.name
