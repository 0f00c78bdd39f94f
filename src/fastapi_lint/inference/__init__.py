"""What expressions evaluate to, and what calls what: an abstract interpretation of the facts."""
