"""Requests, responses, routing, and the API documentation."""
