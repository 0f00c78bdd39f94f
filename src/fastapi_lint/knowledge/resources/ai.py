"""Clients of language models."""

from __future__ import annotations

from fastapi_lint.knowledge.resources.rows import DOCUMENTED, INSTALLED, Resource

# A row is one record and stays on as few lines as it needs.
# fmt: off
RESOURCES: tuple[Resource, ...] = (
    Resource("openai.AsyncOpenAI", ("openai.AsyncOpenAI", "openai.AsyncAzureOpenAI"), "http", "high",
        close=("close",), close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.close)", note="wraps an httpx.AsyncClient",
        evidence=INSTALLED),
    Resource("openai.OpenAI", ("openai.OpenAI",), "http", "medium", close=("close",), context_manager="with",
        exit_stack="enter_context(x) or callback(x.close)", evidence=INSTALLED),
    Resource("anthropic.AsyncAnthropic", ("anthropic.AsyncAnthropic",), "http", "high", close=("close",),
        close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.close)", evidence=INSTALLED),
    Resource("groq.AsyncGroq", ("groq.AsyncGroq",), "http", "high", close=("close",), close_is_async=True,
        context_manager="async with", exit_stack="enter_async_context(x) or push_async_callback(x.close)",
        evidence=INSTALLED),
    Resource("mistralai.client.Mistral", ("mistralai.client.Mistral",), "http", "high", close_is_async=True,
        context_manager="both", exit_stack="enter_async_context(x)",
        note="no close(); sync and async context managers only", evidence=INSTALLED),
    Resource("google.genai.Client", ("google.genai.Client",), "http", "high", close=("close",),
        close_alternatives=("aio.aclose",), context_manager="with",
        exit_stack="enter_context(x) or callback(x.close)", note="await client.aio.aclose() for the async half",
        evidence=INSTALLED),
    Resource("cohere.AsyncClient", ("cohere.AsyncClient",), "http", "high", close_is_async=True,
        context_manager="async with", exit_stack="enter_async_context(x)", note="no public close(); async with",
        evidence=INSTALLED),
    Resource("huggingface_hub.AsyncInferenceClient", ("huggingface_hub.AsyncInferenceClient",), "http", "high",
        close=("close",), close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.close)", evidence=INSTALLED),
    Resource("ollama.AsyncClient", ("ollama.AsyncClient",), "http", "medium", close=("close",), close_is_async=True,
        context_manager="async with", exit_stack="enter_async_context(x) or push_async_callback(x.close)",
        evidence=INSTALLED),
    Resource("anthropic.AsyncAnthropicBedrock",
        ("anthropic.AsyncAnthropicBedrock", "anthropic.AsyncAnthropicVertex"), "http", "high", close=("close",),
        close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.close)", evidence=DOCUMENTED),
    Resource("elevenlabs.client.ElevenLabs", ("elevenlabs.client.ElevenLabs", "elevenlabs.ElevenLabs"), "http",
        "medium", exit_stack="none: no public close()", note="wraps an httpx.Client that it never closes",
        evidence=DOCUMENTED),
    Resource("cohere.AsyncClientV2", ("cohere.AsyncClientV2",), "http", "high", close_is_async=True,
        context_manager="async with", exit_stack="enter_async_context(x)", evidence=DOCUMENTED),
    Resource("together.AsyncTogether", ("together.AsyncTogether",), "http", "medium", close=("close",),
        close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.close)", evidence=DOCUMENTED),
)
