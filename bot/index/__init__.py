"""index.db: what the posts say, in SQLite.

The index is derived: it can be deleted at any moment and is rebuilt from the posts.
It knows no setting of the machine it runs on. Links are stored as paths, and whether a
future post shows is decided when somebody asks.
"""
