"""The JSON of requests and responses as types: what the SQL files build and what clients may send."""
