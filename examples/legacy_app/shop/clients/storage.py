"""Invoices in a bucket."""

import boto3

from shop import settings

s3 = boto3.client("s3", region_name="eu-central-1")


def store_invoice(name: str, content: bytes) -> str:
    s3.put_object(Bucket=settings.BUCKET, Key=name, Body=content)
    return f"s3://{settings.BUCKET}/{name}"
