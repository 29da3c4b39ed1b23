"""The keys by which real blogs name each field, in order of precedence.

All in lower case: keys are read without regard to case. Keys that generators nest under
``extra`` (Zola), ``params`` (Hugo) or ``eleventyNavigation`` count as well, after the rest.
"""

from __future__ import annotations

SPELLINGS: dict[str, tuple[str, ...]] = {
    "title": (
        "title", "pagetitle", "page_title", "newstitle", "headline", "linktitle", "nav_title",
    ),
    "date": (
        "date", "published", "pubdate", "pub_date", "publishdate", "publish_date",
        "published_date", "publisheddate", "publishedat", "published_at", "published_on",
        "date_published", "datepublished", "rss_pubdate", "created", "created_at", "createdat",
        "date_created", "datecreated", "posted", "posted_at",
    ),
    "release": ("publishdate",),
    "updated": (
        "updated", "lastmod", "last_modified_at", "lastmodified", "last_modified", "lastupdated",
        "last_updated", "last_update", "update", "updated_at", "updatedat", "updateddate",
        "updated_date", "modified", "modified_at", "modifieddate", "date_modified",
        "datemodified",
    ),
    "summary": (
        "description", "summary", "excerpt", "meta_description", "metadescription", "subtitle",
        "teaser", "share_text", "spoiler", "abstract", "dek", "intro", "og_description", "tldr",
        "shortdescription", "short_description", "blurb",
    ),
    "separator": ("excerpt_separator",),
    "tags": (
        "tags", "tag", "categories", "category", "topics", "topic", "keywords", "series",
    ),
    "categories": ("category", "categories"),
    "taxonomies": ("taxonomies",),
    "authors": ("author", "authors", "by", "byline", "author_name", "creator"),
    "cover": (
        "image", "cover", "cover_image", "cover-image", "coverimage", "og_image", "og:image",
        "ogimage", "thumbnail", "hero", "hero_image", "heroimage", "banner", "featured_image",
        "featured-image", "featuredimage", "feature_image", "featureimage", "socialimage",
        "social_image", "social", "images", "header", "teaser_image", "thumb", "preview",
        "card_image", "seo", "metadata", "opengraph", "resources",
    ),
    "language": ("lang", "language", "locale"),
    "aliases": (
        "aliases", "alias", "redirect_from", "redirectfrom", "redirects", "old_url", "old_urls",
    ),
    "link": ("path", "permalink", "url", "slug"),
    "redirect": ("redirect", "redirect_to", "redirecturl", "redirect_url"),
    "draft": ("draft",),
    "status": ("status",),
    "shown": ("published", "publish", "dg-publish"),
    "hidden": ("private", "unlisted"),
}  # fmt: skip

NESTS = ("extra", "params", "eleventynavigation")

# The same by key: the fields that a key speaks of, each with the key's rank among the others.
FIELDS_OF: dict[str, list[tuple[str, int]]] = {}
for _field, _keys in SPELLINGS.items():
    for _rank, _key in enumerate(_keys):
        FIELDS_OF.setdefault(_key, []).append((_field, _rank))
