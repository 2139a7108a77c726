"""The product's settings with what tests need: fast passwords, mail in memory, plain static files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

os.environ.setdefault("ENTRAIDE_DATA", str(Path(tempfile.gettempdir()) / f"entraide-test-{os.getuid()}"))
# Tests that run side by side keep their files apart.
_side = os.environ.get("PYTEST_XDIST_WORKER", "")
if _side and not os.environ["ENTRAIDE_DATA"].endswith(_side):
    os.environ["ENTRAIDE_DATA"] = str(Path(os.environ["ENTRAIDE_DATA"]) / _side)
if _side and os.environ.get("REDIS_URL"):
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rsplit('/', 1)[0]}/{int(_side.removeprefix('gw')) + 1}"
os.environ.setdefault("SECRET_KEY", "only-for-tests")
Path(os.environ["ENTRAIDE_DATA"]).mkdir(parents=True, exist_ok=True)

from config.settings import *  # noqa: E402, F403
from config.settings import DATA, DATABASES, ENTRAIDE, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file rather than memory: threads and processes of a test share it, and WAL works as in production.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA / f"{os.environ.get('TEST_DB', 'test')}.sqlite3")}
else:
    DATABASES["default"]["TEST"] = {"NAME": f"entraide_{os.environ.get('TEST_DB', 'test')}"}
    DATABASES["default"]["OPTIONS"] = {}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
MEDIA_ROOT = DATA / "media"
# Tests change rows behind the product's back, which no finished page would hear of; those of the shelf turn it on.
ENTRAIDE = {**ENTRAIDE, "VISITORS_PAGES_BYTES": 0}
SEARCH_COUNTS_EVERY = 0
SEARCH_INDEX_DIR = DATA / f"index-{os.getpid()}"
# Tests of the cluster say so.
ELASTICSEARCH_URL = ELASTICSEARCH_API_KEY = ELASTICSEARCH_CA = ""
