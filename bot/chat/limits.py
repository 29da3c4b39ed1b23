"""Discord's limits on what a bot may send, each with the page that states it."""

from __future__ import annotations

from collections.abc import Iterable

# https://discord.com/developers/docs/components/reference#what-is-a-component-component-types
MESSAGE_COMPONENTS = 40  # nested ones counted
# https://discord.com/developers/docs/components/reference#text-display
MESSAGE_CHARACTERS = 4_000  # over all text displays of a message
# https://github.com/discord/discord-api-docs/issues/8554: more is answered by HTTP 500
MESSAGE_BYTES = 10_170  # UTF-8, over all text displays
TEXT_DISPLAY_BYTES = 12  # counted on top for each text display

# https://discord.com/developers/docs/components/reference#anatomy-of-a-component-custom-id
CUSTOM_ID = 100
# https://discord.com/developers/docs/components/reference#button-button-structure
BUTTON_LABEL = 80
BUTTON_URL = 512
# https://discord.com/developers/docs/components/reference#unfurled-media-item-structure
MEDIA_URL = 2_048
# https://discord.com/developers/docs/components/reference#media-gallery-media-gallery-item-structure
MEDIA_DESCRIPTION = 1_024
# https://discord.com/developers/docs/components/reference#string-select-select-option-structure
SELECT_OPTIONS = 25
SELECT_TEXT = 100  # label, description and value of an option, each
# https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-choice-structure
CHOICES = 25
CHOICE_TEXT = 100  # name and value, each


def length(text: str) -> int:
    """Length in UTF-16 code units.

    Discord does not say what it calls a character. Its client counts UTF-16 units and its
    server code points; the former are never fewer.
    """
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def fit_a_message(texts: Iterable[str]) -> bool:
    """Whether one message may hold these texts, each in a text display of its own."""
    characters = size = 0
    for text in texts:
        characters += length(text)
        size += len(text.encode("utf-8", "surrogatepass")) + TEXT_DISPLAY_BYTES
    return characters <= MESSAGE_CHARACTERS and size <= MESSAGE_BYTES
