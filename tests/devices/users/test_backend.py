from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from devices.models import User
from devices.web.roles import HELPDESK, IT_STAFF

pytestmark = pytest.mark.django_db


def granted(name: str) -> set[str]:
    return User.objects.get(username=name).get_all_permissions()


def of_group(name: str) -> set[str]:
    return {f"{app}.{code}" for app, code in Group.objects.get(name=name).permissions.values_list("content_type__app_label", "codename")}


def test_permissions_of_all_groups_and_of_the_user_are_read_with_one_query(bob: User) -> None:
    bob.groups.add(Group.objects.get(name=IT_STAFF))
    bob.user_permissions.add(Permission.objects.get(codename="manage_account"))
    fresh = User.objects.get(pk=bob.pk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = fresh.get_all_permissions()
        assert fresh.has_perm("devices.manage_account") and not fresh.has_perm("devices.view_audit")
    assert len(queries) == 1
    assert found == of_group(HELPDESK) | of_group(IT_STAFF) | {"devices.manage_account"}


def test_without_a_role_nothing_is_granted(bob: User) -> None:
    bob.groups.clear()
    assert granted("bob") == set()


def test_a_disabled_user_has_no_permission(bob: User) -> None:
    assert granted("bob") == of_group(HELPDESK)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert granted("bob") == set()


def test_a_superuser_has_every_permission(bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_superuser=True)
    assert len(granted("bob")) == Permission.objects.count()
