"""Ends all sessions: their rows were named by the cookies, and are now named by hashes of them."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("devices", "0028_sealed_second_factors"), ("sessions", "0001_initial")]

    operations = [migrations.RunSQL("DELETE FROM django_session", "DELETE FROM django_session")]
