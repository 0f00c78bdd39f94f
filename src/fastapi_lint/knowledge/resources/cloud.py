"""Cloud clients."""

from __future__ import annotations

from fastapi_lint.knowledge.resources.rows import DOCUMENTED, INSTALLED, Resource

# A row is one record and stays on as few lines as it needs.
# fmt: off
RESOURCES: tuple[Resource, ...] = (
    Resource("aiobotocore.session.ClientCreatorContext", ("aiobotocore.session.AioSession.create_client",), "cloud",
        "high", close_is_async=True, context_manager="async with",
        exit_stack="client = await stack.enter_async_context(session.create_client('s3'))",
        note="async with only: the returned object is a context manager, not a client", evidence=INSTALLED),
    Resource("aioboto3.Session", ("aioboto3.Session.client", "aioboto3.Session.resource"), "cloud", "high",
        close_is_async=True, context_manager="async with",
        exit_stack="await stack.enter_async_context(session.client('s3'))", note="async with only",
        evidence=DOCUMENTED),
    Resource("botocore.client.BaseClient", ("boto3.client", "boto3.Session.client"), "cloud", "low",
        close=("close",), exit_stack="callback(x.close)", evidence=INSTALLED),
    Resource("azure.storage.blob.aio.BlobServiceClient",
        ("azure.storage.blob.aio.BlobServiceClient", "azure.storage.blob.aio.BlobClient", "azure.storage.blob.aio.ContainerClient"),
        "cloud", "high", close=("close",), close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.close)", evidence=INSTALLED),
    Resource("azure.identity.aio.DefaultAzureCredential",
        ("azure.identity.aio.DefaultAzureCredential", "azure.identity.aio.ManagedIdentityCredential"), "cloud",
        "high", close=("close",), close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.close)",
        note="closing the client does not close its credential", evidence=INSTALLED),
    Resource("azure.keyvault.secrets.aio.SecretClient", ("azure.keyvault.secrets.aio.SecretClient",), "cloud",
        "high", close=("close",), close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.close)", evidence=INSTALLED),
    Resource("azure.cosmos.aio.CosmosClient", ("azure.cosmos.aio.CosmosClient",), "cloud", "high", close=("close",),
        close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.close)", evidence=INSTALLED),
    Resource("azure.servicebus.aio.ServiceBusClient", ("azure.servicebus.aio.ServiceBusClient",), "cloud", "high",
        close=("close",), close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.close)", evidence=INSTALLED),
    Resource("google.cloud.storage.Client", ("google.cloud.storage.Client",), "cloud", "low", close=("close",),
        context_manager="with", exit_stack="callback(x.close)", evidence=INSTALLED),
    Resource("google.cloud.firestore.AsyncClient", ("google.cloud.firestore.AsyncClient",), "cloud", "low",
        close=("close",), exit_stack="callback(x.close)", note="close() of the async client", evidence=INSTALLED),
    Resource("google.cloud.pubsub_v1.PublisherClient", ("google.cloud.pubsub_v1.PublisherClient",), "cloud", "high",
        close=("stop",), context_manager="with", exit_stack="callback(x.stop)",
        note="stop() commits the open batch; without it messages are lost", evidence=INSTALLED),
    Resource("google.cloud.pubsub_v1.SubscriberClient", ("google.cloud.pubsub_v1.SubscriberClient",), "cloud",
        "high", close=("close",), context_manager="with", exit_stack="enter_context(x) or callback(x.close)",
        evidence=INSTALLED),
    Resource("gcloud.aio.storage.Storage", ("gcloud.aio.storage.Storage",), "cloud", "high", close=("close",),
        close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.close)", evidence=DOCUMENTED),
)
