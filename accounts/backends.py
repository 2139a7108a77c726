"""Sign-in by allauth; the user of a request is read with member and jobs in one query."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings

from accounts.models import User

# The demo's sign-ins have a password that everybody knows.
DEMO_DOMAIN = "demo.example"


# Built once: with each request it would cost several times what the database does for it.
_READ = User.objects.get_queryset().with_viewer().order_by()


class Backend(AuthenticationBackend):
    """allauth's, with the product's own conditions."""

    def get_user(self, user_id: Any) -> User | None:  # type: ignore[override]
        user = next(iter(_READ.filter(pk=user_id)), None)
        return user if user is not None and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: Any) -> bool:
        """Active; and a demo sign-in in the demo alone: its sessions end when the demo does."""
        demo = user.email.lower().endswith(f"@{DEMO_DOMAIN}")
        return super().user_can_authenticate(user) and (settings.DEMO or not demo)
