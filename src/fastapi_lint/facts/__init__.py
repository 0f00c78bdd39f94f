"""What each module says: the only part of the program that knows LibCST (besides fixes)."""
