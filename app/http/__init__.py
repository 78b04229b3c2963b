"""What a request says, what a response looks like, and the page that describes both."""
