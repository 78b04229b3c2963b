"""Before and after: the same load on the typical app and on the project's, in turns."""
