"""The bundled domain: project management for an agency. Nothing outside of this folder knows it."""
