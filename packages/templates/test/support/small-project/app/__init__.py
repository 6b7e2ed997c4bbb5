"""A small API: notes."""
