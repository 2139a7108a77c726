"""Saying who wrote an article with its author, or translated it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.viewer import Viewer
from core.errors import Invalid
from core.text import clean_line
from events.record import record
from kb.models import Article, Credit
from kb.permissions import check_may_credit
from kb.queries import is_translation

# More than so many wrote no article.
CREDITS_MAX = 8


def credit(*, article: Article, name: str, role: str, by: Viewer, now: datetime) -> Credit:
    """Credit the member of this name, or with this number ("#12"), for a part of an article or its translation.

    Somebody who is credited already gets the other role. Only before the article is first published: what it earns
    then is shared between them. Locks the article. Raises Refused, and Invalid for a member or role that is not there.
    """
    with transaction.atomic():
        article = Article.objects.select_for_update(of=("self",)).get(pk=article.pk)
        member = _member(name)
        check_may_credit(article, member, by, now)
        if role not in Credit.Role.values or (role == Credit.Role.TRANSLATOR and not is_translation(article)):
            raise Invalid({"role": _("Only an article that stands in another language, too, has translators.")})
        others = Credit.objects.filter(article=article).exclude(member=member)
        if others.count() >= CREDITS_MAX:
            raise Invalid({"member": _("So many are credited already.")})
        found, _made = Credit.objects.update_or_create(
            article=article, member=member, defaults={"role": role, "added_by": by.member, "added_at": now}
        )
        record(
            verb="article.credited", actor=by.member, obj=article.page_ptr, now=now,
            after={"member": member.pk, "role": role},
        )  # fmt: skip
        return found


def uncredit(*, article: Article, member: Member, by: Viewer, now: datetime) -> None:
    """Take a credit back, before the article is first published. Again changes nothing. Raises Refused."""
    with transaction.atomic():
        article = Article.objects.select_for_update(of=("self",)).get(pk=article.pk)
        check_may_credit(article, member, by, now)
        if Credit.objects.filter(article=article, member=member).delete()[0]:
            record(
                verb="article.uncredited", actor=by.member, obj=article.page_ptr, now=now, before={"member": member.pk}
            )


def _member(name: str) -> Member:
    words = clean_line(name)
    present = Member.objects.present()
    if words.startswith("#") and words[1:].isdigit():
        found = list(present.filter(pk=int(words[1:19])))
    else:
        found = list(present.filter(name=words).order_by("pk")[:2]) if words else []
    if len(found) > 1:
        raise Invalid({"member": _("Several members have this name. Give the number of their page, such as #12.")})
    if not found:
        raise Invalid({"member": _("No member has this name or number.")})
    return found[0]
