"""Diagnostics as text. Every reporter is a pure function; none prints."""
