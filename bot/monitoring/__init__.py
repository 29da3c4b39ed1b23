"""What whoever runs the bot sees of it: logs, metrics, reports of errors."""
