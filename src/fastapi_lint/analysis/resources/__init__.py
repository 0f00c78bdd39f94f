"""Clients, pools, connections and executors, from where they are made to where they are closed."""
