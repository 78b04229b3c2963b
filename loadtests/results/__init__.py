"""Figures, targets, and the file that holds both."""
