"""The bundled domain: project management for an agency. Nothing outside this folder depends on it."""
