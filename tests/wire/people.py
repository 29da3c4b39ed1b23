"""Who and what there is in the Discord of the tests: ids, users, places."""

from __future__ import annotations

import enum
import itertools
import time
from dataclasses import dataclass
from typing import Any

from nacl.signing import SigningKey

APPLICATION_ID = 100
SERVER_ID = 200
TOKEN = "a-token-that-only-the-tests-know"
# Discord signs with it; everybody knows the application's public key.
KEY = SigningKey(b"\0" * 32)

# Discord's time begins with 2015: https://docs.discord.com/developers/reference#snowflakes
EPOCH_MS = 1_420_070_400_000
_ids = itertools.count()


def new_id() -> str:
    """A snowflake that nothing else has: later ones are greater, and tell their time."""
    return str((time.time_ns() // 1_000_000 - EPOCH_MS << 22) + next(_ids) % (1 << 22))


@dataclass(frozen=True, slots=True)
class Person:
    """A user of Discord."""

    id: int
    name: str
    is_bot: bool = False

    def payload(self) -> dict[str, Any]:
        """A user object."""
        return {
            "id": str(self.id),
            "username": self.name,
            "global_name": None if self.is_bot else self.name.title(),
            "discriminator": "0",
            "avatar": None,
            "bot": self.is_bot,
            "public_flags": 0,
            "flags": 0,
            "primary_guild": None,
        }


BOT = Person(APPLICATION_ID, "slashpost", is_bot=True)
ADA = Person(300, "ada")
BEN = Person(301, "ben")


class Place(enum.Enum):
    """Where a command may be used, and by whose installation of the bot."""

    SERVER = "a server that has the bot"
    SERVER_WITHOUT_BOT = "a server where only the reader has the bot"
    BOT_DM = "a direct message with the bot"
    GROUP = "a group message, or a direct message between two readers"

    def payload(self, reader: Person, locale: str) -> dict[str, Any]:
        """Everything in an interaction that says where it happened and to whom.

        https://docs.discord.com/developers/interactions/receiving-and-responding
        """
        channel: dict[str, Any]
        if self in {Place.SERVER, Place.SERVER_WITHOUT_BOT}:
            channel = {"id": "210", "type": 0, "name": "general", "guild_id": str(SERVER_ID)}
            channel |= {"position": 0, "permission_overwrites": [], "nsfw": False}
            where: dict[str, Any] = {
                "guild_id": str(SERVER_ID),
                "guild": {"id": str(SERVER_ID), "locale": "en-US", "features": []},
                "guild_locale": "en-US",
                "member": _member(reader),
                "context": 0,
            }
        elif self is Place.BOT_DM:
            channel = {"id": "211", "type": 1, "recipients": [reader.payload()]}
            where = {"user": reader.payload(), "context": 1}
        else:
            recipients = [reader.payload(), BEN.payload()]
            channel = {"id": "212", "type": 3, "name": "Readers", "icon": None}
            channel |= {"recipients": recipients, "owner_id": str(reader.id)}
            where = {"user": reader.payload(), "context": 2}
        return where | {
            "channel": channel,
            "channel_id": channel["id"],
            "locale": locale,
            "app_permissions": "2147483647",
            "authorizing_integration_owners": self.owners(reader),
            "entitlements": [],
            "attachment_size_limit": 10_485_760,
        }

    def owners(self, reader: Person) -> dict[str, str]:
        """By installation type: 0 for the server, 1 for the user who installed the bot."""
        if self is Place.SERVER:
            return {"0": str(SERVER_ID)}
        if self is Place.BOT_DM:
            return {"0": "0"}
        return {"1": str(reader.id)}


def _member(reader: Person) -> dict[str, Any]:
    return {
        "user": reader.payload(),
        "roles": [],
        "joined_at": "2024-01-11T00:00:00+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
        "nick": None,
        "avatar": None,
        "permissions": "2147483647",
    }


def application() -> dict[str, Any]:
    """The bot's application, as its owner sees it."""
    return {
        "id": str(APPLICATION_ID),
        "name": "Slashpost",
        "icon": None,
        "description": "",
        "type": None,
        "bot": BOT.payload(),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": KEY.verify_key.encode().hex(),
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": ADA.payload(),
        "approximate_guild_count": 1,
        "approximate_user_install_count": 1,
        "approximate_user_authorization_count": 1,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": ["bot", "applications.commands"],
    }
