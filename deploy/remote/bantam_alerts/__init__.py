"""Alerts: what the samples of the history say that somebody should know now."""
