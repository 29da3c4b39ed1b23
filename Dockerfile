# The bot with its posts, indexed while the image is built. Reading: docs/image.md

# `make base-digest` looks up what is newest: --build-arg BASE=python:3.13-slim@sha256:… pins it.
ARG BASE=python:3.13-slim
FROM $BASE AS base
# How the posts are read. Baked in, so that the index that is made here fits when the bot starts.
ARG SLASHPOST_POSTS=/app/posts
ARG SLASHPOST_SITE_URL=
ARG SLASHPOST_GENERATOR=
ARG SLASHPOST_PERMALINK=
ARG SLASHPOST_SITEMAP=
ARG SLASHPOST_DATE_ORDER=
ARG SLASHPOST_COLLECTION_TAGS=
ARG SLASHPOST_LANGUAGE=
ARG SLASHPOST_MAX_BYTES=
# Here, since older Podmans see that an argument has changed only where something is run.
RUN useradd --uid 10001 --user-group --no-create-home slashpost
ENV SLASHPOST_POSTS=$SLASHPOST_POSTS \
    SLASHPOST_SITE_URL=$SLASHPOST_SITE_URL \
    SLASHPOST_GENERATOR=$SLASHPOST_GENERATOR \
    SLASHPOST_PERMALINK=$SLASHPOST_PERMALINK \
    SLASHPOST_SITEMAP=$SLASHPOST_SITEMAP \
    SLASHPOST_DATE_ORDER=$SLASHPOST_DATE_ORDER \
    SLASHPOST_COLLECTION_TAGS=$SLASHPOST_COLLECTION_TAGS \
    SLASHPOST_LANGUAGE=$SLASHPOST_LANGUAGE \
    SLASHPOST_MAX_BYTES=$SLASHPOST_MAX_BYTES \
    SLASHPOST_DB=/app/index/index.db \
    SLASHPOST_STATE=/data/state.db \
    PORT=8080 \
    PATH=/app/venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1
WORKDIR /app


# The folder with the posts, or with the whole site: `posts`, or the sample ones while that is empty.
FROM base AS posts
ARG POSTS=
COPY . context
RUN chosen="context/${POSTS:-posts}" \
    && if [ -z "$POSTS$(find -L "$chosen" -type f ! -name README.md ! -name '.*' 2>/dev/null)" ]; then \
         echo "The folder posts is empty: the image gets the sample posts." >&2; \
         chosen=context/bot/sample; \
       fi \
    && mv "$chosen" posts \
    # An ignore file of somebody's own may let them through.
    && found=$(find posts '(' -name .git -o -name '.env*' ')') \
    && if [ -n "$found" ]; then echo "Take out of the posts what holds secrets: $found" >&2; exit 1; fi


FROM base AS build
# requirements-extras.lock adds what speaks to Postgres, and Litestream: 50 MB more.
ARG LOCK=requirements.lock
COPY $LOCK ./
# --without-pip: the base's own pip fills the environment, and stays behind.
RUN python -m venv --without-pip venv \
    && pip --python venv install --no-cache-dir --no-compile --only-binary :all: \
       --require-hashes -r "$LOCK" \
    # dulwich's command line, its tests and an accelerator of what is not used: 2 MB
    && find venv/lib -path '*/dulwich/*' -prune '(' -name cli.py -o -name porcelain \
       -o -name tests -o -name '_diff_tree*.so' ')' -exec rm -r {} +
RUN printf '%s\n' '#!/app/venv/bin/python' 'import sys' 'from bot.cli import main' 'sys.exit(main())' \
    > venv/bin/slashpost && chmod +x venv/bin/slashpost
COPY bot bot
RUN rm -r bot/sample \
    # The files are never written again, so nothing need look at their times.
    && python -m compileall -q --invalidation-mode unchecked-hash venv bot

COPY --from=posts /app/posts posts
# The index knows a file by its time, of which a layer keeps only the seconds; and the newest
# time tells an older image of the posts from a newer one (docs/announcements.md). What SQLite
# leaves beside the index is empty, and needed again only by who could write it.
RUN find posts -exec touch --no-dereference --date="@$(date +%s)" {} + \
    && slashpost index \
    && rm index/index.db?* \
    && mkdir -p /data


FROM base
COPY --from=build /app/venv venv
COPY --from=build /app/bot bot
COPY --from=build /app/posts posts
COPY --from=build /app/index index
COPY --from=build --chown=10001:10001 /data /data
USER 10001:10001
EXPOSE 8080
ENTRYPOINT ["slashpost"]
CMD ["run"]
