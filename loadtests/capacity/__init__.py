"""How much a server carries: more and more users until a target is missed."""
