# The commands of the project. Everything they need is put into .venv on first use.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
ifeq ($(PYTHON),)
$(error Entraide needs Python 3.11 or newer)
endif

# Searching by meaning needs more.
REQUIREMENTS = $(if $(SEARCH_ENCODER),requirements-semantic.txt,requirements.txt)

.PHONY: run demo-reset install test check lock messages screenshots bench bench-%

run:
	@exec $(PYTHON) config/install.py $(REQUIREMENTS) -m config.run

# Deletes all that the demo holds and loads it anew, dated from today. Asks first; ARGS=--yes does not.
demo-reset:
	@exec $(PYTHON) config/install.py $(REQUIREMENTS) -m config.reset $(ARGS)

# Only brings what the tests and checks need.
install:
	@exec $(PYTHON) config/install.py requirements-dev.txt -c pass

test:
	@exec $(PYTHON) config/install.py requirements-dev.txt -m tests.run $(ARGS)

check:
	@exec $(PYTHON) config/install.py requirements-dev.txt -m tests.check

# Anew from pyproject.toml, for every platform and Python, with no registry's address in it.
lock:
	@$(PYTHON) config/install.py requirements-dev.txt
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --upgrade uv
	@echo uv | .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header - -o requirements-uv.txt
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header pyproject.toml -o requirements.txt
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --extra semantic -c requirements.txt pyproject.toml -o requirements-semantic.txt
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

# The catalogues anew from the sources; needs gettext. What is new in them waits to be translated.
messages:
	@exec $(PYTHON) config/install.py requirements-dev.txt manage.py makemessages -l fr --no-obsolete --no-wrap \
		--add-location file -i .venv -i var -i tests -i bench

# Pictures of every page of the demo, into var/screenshots; ARGS="320 dark fr" makes some of them.
screenshots:
	@exec $(PYTHON) config/install.py requirements-dev.txt -m tests.screenshots $(ARGS)

bench:
	@exec $(PYTHON) config/install.py requirements-dev.txt -m bench

bench-%:
	@exec $(PYTHON) config/install.py requirements-dev.txt -m bench $*
