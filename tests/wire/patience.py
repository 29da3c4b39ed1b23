"""How long tests wait for what must happen."""

from __future__ import annotations

# A test that passes waits no longer than it must; a machine may be busy with other things.
PATIENCE = 60.0
