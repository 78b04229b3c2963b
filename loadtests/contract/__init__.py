"""What a load test relies on: routes, bodies and checks of the API, as its users."""
