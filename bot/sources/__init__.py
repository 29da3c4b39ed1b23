"""Where posts come from: each source turns a place into a snapshot of files."""
