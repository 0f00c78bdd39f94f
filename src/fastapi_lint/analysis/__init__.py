"""Questions about a project, answered once each: contexts, blocking, shared state, resources, routes."""
