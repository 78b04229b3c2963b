"""Whether the configuration earns its keep: the same load under what others recommend, on one server."""
