"""The settings, from the command line and the environment: the only reader of the latter."""

from bot.settings.setting import Setting
from bot.settings.settings import TABLE, Settings, is_without_color, setting_of

__all__ = ["TABLE", "Setting", "Settings", "is_without_color", "setting_of"]
