from django.apps import AppConfig


class KbConfig(AppConfig):
    name = "kb"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.contrib.auth.models import Group
        from wagtail.admin import signal_handlers as mails
        from wagtail.models import TaskState, WorkflowState
        from wagtail.permissions import register_permission_policy
        from wagtail.signals import task_submitted, workflow_approved, workflow_rejected, workflow_submitted

        from accounts.models import User
        from community.links import NAMERS
        from core.periodic import periodic
        from kb import receivers
        from kb.queries import titles_of
        from kb.rights import NobodyHere
        from kb.search_source import ArticleSource
        from search.documents import declare

        for model in (User, Group):
            register_permission_policy(model, NobodyHere(model))
        # Wagtail mails reviewers inside the transaction of what it tells; kb tells them by `notify()`.
        for signal, handler, sender in (
            (task_submitted, mails.task_submission_email_notifier, TaskState),
            (workflow_submitted, mails.workflow_submission_email_notifier, WorkflowState),
            (workflow_approved, mails.workflow_approval_email_notifier, WorkflowState),
            (workflow_rejected, mails.workflow_rejection_email_notifier, WorkflowState),
        ):
            uid = receivers.MAIL_UIDS[handler]
            if not signal.disconnect(sender=sender, dispatch_uid=uid):
                raise RuntimeError(f"Wagtail's mail {uid} is not where it was: it would go out in a transaction")
        receivers.connect()
        periodic("kb publish-scheduled", cron="*/5 * * * *", command=["kb", "publish-scheduled"])
        declare(ArticleSource())
        NAMERS.append(titles_of)
