"""The reports: pages of materialized views, CSV, and files of past months."""
