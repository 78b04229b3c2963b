"""The JSON that goes in and out, as types: what the SQL files build and what a client may send."""
