"""Every address. Pages that people read stand under /en/ or /fr/."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path, re_path
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.views import serve

from community import sitemaps
from community.views import cards, pages, pictures
from core import brand_views, speculation, views
from core.media import media
from kb import sitemaps as kb_sitemaps
from kb import views as kb_views

# allauth answers with this where one of its rate limits is reached.
handler429 = "accounts.views.too_many"

handler400 = "core.views.bad_request"
handler403 = "core.views.forbidden"
handler500 = "core.views.server_error"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("media/posts/<path:path>", pictures.picture, name="picture"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("media/<path:path>", media, name="media"),
    path("brand/<slug:version>.css", brand_views.stylesheet, name="brand_css"),
    path("brand/<slug:version>.svg", brand_views.favicon, name="brand_favicon"),
    path("brand/<slug:version>/<int:size>.png", brand_views.icon, name="brand_icon"),
    path("cms/login/", kb_views.cms_sign_in, name="cms_sign_in"),
    path("cms/", include(wagtailadmin_urls)),
    path("admin/", admin.site.urls),
    path("documents/", include(wagtaildocs_urls)),
    path("speculation.json", speculation.rules, name="speculation_rules"),
    path("robots.txt", pages.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, {"others": ("sitemap_help",)}, name="sitemap"),
    path("sitemap-help.xml", kb_sitemaps.sitemap, name="sitemap_help"),
    path("sitemap-threads-<int:chunk>.xml", sitemaps.threads, name="sitemap_threads"),
]
urlpatterns += i18n_patterns(
    path("", pages.home, name="home"),
    path("card-<slug:version>.png", cards.home, name="card"),
    path("manifest.webmanifest", brand_views.manifest, name="manifest"),
    path("offline/", views.offline, name="offline"),
    path("terms/", pages.terms, name="terms"),
    path("privacy/", pages.privacy, name="privacy"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("shortcuts/", pages.shortcuts, name="shortcuts"),
    path("styleguide/", pages.styleguide, name="styleguide"),
    path("account/notifications/", include("notifications.urls")),
    path("account/", include("accounts.urls")),
    path("account/", include("allauth.urls")),
    path("community/", include("community.urls")),
    path("search/", include("search.urls")),
    path("", include("rewards.urls")),
    path("", include("care.urls")),
    path("help/", serve, {"path": "help/"}, name="help"),
    path("help/", include("kb.urls")),
    # Wagtail's pages all stand under help: what is not here is Django's 404, without asking the page tree.
    re_path(r"^(help/(?:[\w\-]+/)*)$", serve, name="wagtail_serve"),
    prefix_default_language=True,
)
