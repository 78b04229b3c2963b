"""What a load relies on: the routes, bodies and checks of the API, as its users."""
