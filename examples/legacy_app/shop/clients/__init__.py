"""Access to other systems."""
