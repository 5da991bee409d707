from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from shouwen.ground.ids import new_id
from shouwen.ground.prepared import Prepared


class Accounts(BaseUserManager["Account"]):
    """Finds accounts by their sign-in name."""

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(username__iexact=username)

    def get(self, *args: Any, **given: Any) -> Account:
        """By its id alone, as every page asks for whoever is signed in, the question is put together once."""
        pk = given.get("pk")
        if not args and len(given) == 1 and isinstance(pk, int) and 0 < pk < 2**63:
            for account in _OF_ID.objects(account_id=pk):
                return cast(Account, account)
        return super().get(*args, **given)

    def make(self, *, org: Any, username: str, password: str | None, **fields: Any) -> Account:
        account = Account(org=org, username=username, **fields)
        account.set_password(password)
        account.save()
        return account


_OF_ID = Prepared(lambda account_id: Account.objects.filter(pk=account_id), account_id=int)


class Account(AbstractBaseUser):
    """A way to sign in, of a member of staff or of a customer. Rights come from offices held, never from the account."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    org = models.ForeignKey("ground.Organization", on_delete=models.PROTECT, related_name="accounts")
    username = models.CharField(max_length=60, unique=True)
    staff = models.OneToOneField(
        "ground.Staff", on_delete=models.PROTECT, null=True, blank=True, related_name="account"
    )
    party = models.ForeignKey("ground.Party", on_delete=models.PROTECT, null=True, blank=True, related_name="accounts")
    is_active = models.BooleanField(default=True)
    is_admin = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)
    language = models.CharField(max_length=10, blank=True, default="")
    appearance = models.CharField(max_length=8, blank=True, default="")
    density = models.CharField(max_length=8, blank=True, default="")

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[Accounts] = Accounts()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(staff__isnull=True) | models.Q(party__isnull=True),
                name="account_of_staff_or_customer",
            )
        ]

    def __str__(self) -> str:
        return self.username
