"""Django's admin as the technical administration: whoever has the right may open it, `is_staff` counts for nothing."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.errors import Refused

RIGHT = "core.open_admin"


class Site(AdminSite):
    """Open to those whose group gives them the right."""

    site_header = site_title = _("Entraide: technical administration")
    index_title = _("What runs behind the pages")

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.has_perm(RIGHT)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The site's own sign-in page. Raises Refused for somebody signed in who may not enter."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise Refused(_("Only operators may open the technical administration."), code="not_operator")
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
