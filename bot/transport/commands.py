"""Telling Discord which commands there are, only when they are others than it has."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord import app_commands
from discord.http import Route

log = logging.getLogger(__name__)

# What Discord fills in for a key that is not sent, and drops when it equals the default.
# https://docs.discord.com/developers/interactions/application-commands#application-command-object
COMMAND_DEFAULTS: Mapping[str, Any] = {
    "type": 1,
    "name": "",
    "name_localizations": {},
    "description": "",
    "description_localizations": {},
    "options": [],
    "choices": [],
    "channel_types": [],
    "required": False,
    "autocomplete": False,
    "min_length": None,
    "max_length": None,
    "min_value": None,
    "max_value": None,
    "value": None,
    "nsfw": False,
    "default_member_permissions": None,
    "contexts": None,
    "integration_types": [0],
}


async def sync_commands(tree: app_commands.CommandTree[Any]) -> Sequence[app_commands.AppCommand]:
    """Bring Discord's list of global commands up to date, and return it with its ids.

    Discord limits how often commands may be written, and clients reload them each
    time: so they are written only when they differ from the list it has.

    Raises:
        discord.HTTPException: Discord refuses the commands or has an outage.
    """
    client = tree.client
    registered = await _registered(client)
    if matches(await _wanted(tree), registered):
        log.info("Discord has the current commands")
        state = client._connection  # noqa: SLF001 - what AppCommand asks for has no public name
        return [app_commands.AppCommand(data=command, state=state) for command in registered]
    synced = await tree.sync()
    log.info("Sent %d commands to Discord", len(synced))
    return synced


async def is_current(tree: app_commands.CommandTree[Any]) -> bool:
    """Whether Discord has the commands of the tree.

    Raises:
        discord.HTTPException: Discord does not tell.
    """
    return matches(await _wanted(tree), await _registered(tree.client))


async def _registered(client: discord.Client) -> list[Any]:
    """The global commands that Discord has, with all their translations."""
    assert client.application_id is not None, "commands belong to an application: log in first"
    route = Route(
        "GET", "/applications/{application_id}/commands", application_id=client.application_id
    )
    # discord.py's own request leaves the translations out.
    commands: list[Any] = await client.http.request(route, params={"with_localizations": "true"})
    return commands


async def _wanted(tree: app_commands.CommandTree[Any]) -> list[dict[str, Any]]:
    """The global commands as the tree would send them."""
    commands = tree.get_commands()
    if tree.translator is None:
        return [command.to_dict(tree) for command in commands]
    return [await command.get_translated_payload(tree, tree.translator) for command in commands]


def matches(wanted: Sequence[Mapping[str, Any]], registered: Sequence[Mapping[str, Any]]) -> bool:
    """Whether two lists of commands mean the same, in whatever order and however complete."""
    return _by_name(wanted) == _by_name(registered)


def _by_name(commands: Sequence[Mapping[str, Any]]) -> dict[tuple[int, str], dict[str, Any]]:
    return {(command.get("type", 1), command["name"]): normal_form(command) for command in commands}


def normal_form(command: Mapping[str, Any]) -> dict[str, Any]:
    """A command, option or choice without what Discord adds, and with what it leaves out."""
    form = {
        key: default if command.get(key) is None else command[key]
        for key, default in COMMAND_DEFAULTS.items()
    }
    form["options"] = [normal_form(option) for option in form["options"]]
    form["choices"] = [normal_form(choice) for choice in form["choices"]]
    form["integration_types"] = sorted(form["integration_types"])
    if form["contexts"] is None:
        # Only where contexts are not given does their forerunner still count.
        form["dm_permission"] = command.get("dm_permission") is not False
    else:
        form["contexts"] = sorted(form["contexts"])
    if form["default_member_permissions"] is not None:
        form["default_member_permissions"] = str(form["default_member_permissions"])
    return form
