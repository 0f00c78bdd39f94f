"""Configuration, read once from the environment."""

import os

DATABASE_URL = os.environ.get("SHOP_DATABASE_URL", "sqlite:///shop.sqlite3")
PAYMENTS_URL = os.environ.get("SHOP_PAYMENTS_URL", "https://payments.example.com")
REDIS_URL = os.environ.get("SHOP_REDIS_URL", "redis://localhost:6379/0")
BUCKET = os.environ.get("SHOP_BUCKET", "shop-invoices")
AUDIT_FILE = os.environ.get("SHOP_AUDIT_FILE", "audit.log")
MAX_OPEN_RESERVATIONS = 100
