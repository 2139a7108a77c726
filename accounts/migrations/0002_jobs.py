"""The groups that give jobs. Wagtail's rights are derived from them by kb."""

from django.db import migrations

JOBS = ["customer", "moderator", "agent", "operator"]


def make(apps, editor):
    group = apps.get_model("auth", "Group")
    for name in JOBS:
        group.objects.get_or_create(name=name)


# All of the libraries' before all of ours but the first: whenever one alters a model, Django makes every model anew
# that leads to it, and ours all lead to the user. A new database takes 26 s instead of 32.
OTHERS_FIRST = [
    ("account", "0009_emailaddress_unique_primary_email"),
    ("admin", "0003_logentry_add_action_flag_choices"),
    ("django_q", "0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more"),
    ("mfa", "0003_authenticator_type_uniq"),
    ("sessions", "0001_initial"),
    ("simple_translation", "0001_initial"),
    ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
    ("wagtailadmin", "0006_formstate"),
    ("wagtailcore", "0098_apitoken"),
    ("wagtaildocs", "0014_alter_document_file_size"),
    ("wagtailembeds", "0009_embed_cache_until"),
    ("wagtailforms", "0005_alter_formsubmission_form_data"),
    ("wagtailimages", "0027_image_description"),
    ("wagtailredirects", "0008_add_verbose_name_plural"),
    ("wagtailsearch", "0010_add_text_fields"),
    ("wagtailusers", "0015_userprofile_keyboard_shortcuts"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        *OTHERS_FIRST,
    ]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
