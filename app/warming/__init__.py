"""The hottest reads are in the cache before anybody asks."""
