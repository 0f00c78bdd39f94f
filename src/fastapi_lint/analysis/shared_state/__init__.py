"""State that concurrent requests share: who reads it, who writes it, what lies between, and which locks are held."""
