"""Business rules, called by the routers."""
