"""What Discord shows: commands, views, custom ids, and the words in each language."""
