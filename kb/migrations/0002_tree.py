"""The two languages' trees, the help index in each, its review, and the rights that jobs give."""

from django.db import migrations

ROOTS = {"en": ("Home", "home"), "fr": ("Accueil", "home-fr")}
INDEXES = {
    "en": ("Help", "What others have asked, answered and checked."),
    "fr": ("Aide", "Ce que d’autres ont demandé, répondu et vérifié."),
}
PAGE_RIGHTS = {
    "moderator": ["add", "change"],
    "operator": ["add", "change", "publish", "bulk_delete", "lock", "unlock"],
}
RIGHTS = [
    ("wagtailadmin", "admin", "access_admin", "Can access Wagtail admin"),
    ("simple_translation", "simpletranslation", "submit_translation", "Can submit translations"),
]
IMAGE_RIGHTS = [("add_image", "Can add image"), ("change_image", "Can change image"), ("choose_image", "Can choose image")]
WORKFLOW = "Review of help articles"


def lay(apps, editor=None):
    """Make what is missing. May run again: it changes nothing that is there."""
    locales = {code: apps.get_model("wagtailcore.Locale").objects.get_or_create(language_code=code)[0] for code in ROOTS}
    drop_stock(apps)
    indexes = [index_of(apps, code, locale) for code, locale in locales.items()]
    give_rights(apps, indexes)
    give_workflow(apps, indexes)


def content_type(apps, app_label, model):
    return apps.get_model("contenttypes.ContentType").objects.get_or_create(app_label=app_label, model=model)[0]


def permission(apps, app_label, model, codename, name):
    return apps.get_model("auth.Permission").objects.get_or_create(
        content_type=content_type(apps, app_label, model), codename=codename, defaults={"name": name}
    )[0]


def drop_stock(apps):
    """Wagtail's own two groups and their workflow: rights come from jobs."""
    apps.get_model("auth.Group").objects.filter(name__in=["Moderators", "Editors"]).delete()
    apps.get_model("wagtailcore.Workflow").objects.filter(name="Moderators approval").delete()
    apps.get_model("wagtailcore.GroupApprovalTask").objects.filter(name="Moderators approval").delete()


def add(apps, model, parent, **fields):
    """A page under another. The tree is written by hand: a migration has no treebeard."""
    Page = apps.get_model("wagtailcore.Page")
    last = Page.objects.filter(depth=parent.depth + 1, path__startswith=parent.path).order_by("-path").first()
    number = int(last.path[-4:], 36) + 1 if last else 1
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + digits
    page = apps.get_model("kb", model)(
        path=parent.path + digits.zfill(4),
        depth=parent.depth + 1,
        numchild=0,
        draft_title=fields["title"],
        content_type=content_type(apps, "kb", model),
        live=True,
        **fields,
    )
    page.save()
    Page.objects.filter(pk=parent.pk).update(numchild=parent.numchild + 1)
    return page


def index_of(apps, code, locale):
    """The help index of a language, with the root page that it stands under."""
    Page = apps.get_model("wagtailcore.Page")
    HomePage = apps.get_model("kb.HomePage")
    HelpIndexPage = apps.get_model("kb.HelpIndexPage")
    Site = apps.get_model("wagtailcore.Site")
    root = Page.objects.filter(depth=1).first()
    if root is None:
        root = Page(
            title="Root", draft_title="Root", slug="root", path="0001", depth=1, numchild=0, url_path="/", locale=locale,
            content_type=content_type(apps, "wagtailcore", "page"),
        )  # fmt: skip
        root.save()
    home = HomePage.objects.filter(locale_id=locale.pk).first()
    if home is None:
        title, slug = ROOTS[code]
        stock = Page.objects.filter(depth=2, slug=slug).exclude(content_type=content_type(apps, "kb", "homepage"))
        # Wagtail's page of welcome stands where ours goes; move the site off it before it is deleted.
        stock.update(slug="welcome", url_path="/welcome/")
        twin = HomePage.objects.first()
        key = {"translation_key": twin.translation_key} if twin else {}
        home = add(apps, "homepage", root, title=title, slug=slug, url_path=f"/{slug}/", locale_id=locale.pk, **key)
        root = Page.objects.get(pk=root.pk)
        if code == "en":
            site = Site.objects.filter(is_default_site=True).first()
            if site is None:
                Site(hostname="localhost", port=80, site_name="", is_default_site=True, root_page_id=home.pk).save()
            else:
                Site.objects.filter(pk=site.pk).update(root_page_id=home.pk)
            gone = Page.objects.filter(depth=2, slug="welcome", content_type=content_type(apps, "wagtailcore", "page"))
            Page.objects.filter(pk=root.pk).update(numchild=root.numchild - gone.count())
            gone.delete()
    index = HelpIndexPage.objects.filter(locale_id=locale.pk).first()
    if index is None:
        title, intro = INDEXES[code]
        twin = HelpIndexPage.objects.first()
        key = {"translation_key": twin.translation_key} if twin else {}
        home = Page.objects.get(pk=home.pk)
        index = add(
            apps, "helpindexpage", home, title=title, intro=intro, slug="help", url_path=f"{home.url_path}help/",
            locale_id=locale.pk, **key,
        )  # fmt: skip
    return index


def give_rights(apps, indexes):
    Group = apps.get_model("auth.Group")
    GroupPagePermission = apps.get_model("wagtailcore.GroupPagePermission")
    Collection = apps.get_model("wagtailcore.Collection")
    GroupCollectionPermission = apps.get_model("wagtailcore.GroupCollectionPermission")
    collection = Collection.objects.filter(depth=1).first()
    if collection is None:
        collection = Collection(name="Root", path="0001", depth=1, numchild=0)
        collection.save()
    for job, actions in PAGE_RIGHTS.items():
        group, _ = Group.objects.get_or_create(name=job)
        for app_label, model, codename, name in RIGHTS:
            group.permissions.add(permission(apps, app_label, model, codename, name))
        for index in indexes:
            for action in actions:
                right = permission(apps, "wagtailcore", "page", f"{action}_page", f"Can {action} page")
                GroupPagePermission.objects.get_or_create(group_id=group.pk, page_id=index.pk, permission_id=right.pk)
        for codename, name in IMAGE_RIGHTS:
            right = permission(apps, "wagtailimages", "image", codename, name)
            GroupCollectionPermission.objects.get_or_create(
                group_id=group.pk, collection_id=collection.pk, permission_id=right.pk
            )


def give_workflow(apps, indexes):
    Workflow = apps.get_model("wagtailcore.Workflow")
    WorkflowTask = apps.get_model("wagtailcore.WorkflowTask")
    WorkflowPage = apps.get_model("wagtailcore.WorkflowPage")
    ReviewTask = apps.get_model("kb.ReviewTask")
    workflow = Workflow.objects.filter(name=WORKFLOW).first()
    if workflow is None:
        workflow = Workflow(name=WORKFLOW, active=True)
        workflow.save()
    task = ReviewTask.objects.first()
    if task is None:
        task = ReviewTask(
            name="Checked by a second person", active=True, content_type=content_type(apps, "kb", "reviewtask")
        )
        task.save()
    WorkflowTask.objects.get_or_create(workflow_id=workflow.pk, task_id=task.pk, defaults={"sort_order": 0})
    for index in indexes:
        WorkflowPage.objects.get_or_create(page_id=index.pk, defaults={"workflow_id": workflow.pk})


class Migration(migrations.Migration):
    dependencies = [
        ("kb", "0001_initial"),
        ("accounts", "0002_jobs"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("simple_translation", "0001_initial"),
        ("wagtailadmin", "0006_formstate"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtailimages", "0027_image_description"),
    ]
    operations = [migrations.RunPython(lay, migrations.RunPython.noop)]
