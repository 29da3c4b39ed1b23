"""What Discord shows.

A command (``commands``) or a click (``routes``, by its custom id) asks the library in the
``Context`` that the client holds, and answers with a layout from ``views`` in the reader's
language (``i18n``). Which of these a start imports, ``bot.lazy`` says.
"""
