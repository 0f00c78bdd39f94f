"""Reports and invoices."""

import math
import subprocess

from shop.clients import storage
from shop.models import Order


def forecast(days: int) -> float:
    total = 0.0
    for day in range(days):
        total += math.sqrt(day) * math.sin(day / 7)
    return total


def render_pdf(html: str) -> bytes:
    done = subprocess.run(["wkhtmltopdf", "-", "-"], input=html.encode(), capture_output=True, check=True)
    return done.stdout


def invoice(order: Order) -> str:
    html = f"<h1>Invoice {order.id}</h1><p>Total: {order.total_cents / 100:.2f}</p>"
    return storage.store_invoice(f"{order.id}.pdf", render_pdf(html))
