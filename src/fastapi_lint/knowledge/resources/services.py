"""Browsers, clusters, telemetry and extensions."""

from __future__ import annotations

from fastapi_lint.knowledge.resources.rows import DOCUMENTED, INSTALLED, Resource

# A row is one record and stays on as few lines as it needs.
# fmt: off
RESOURCES: tuple[Resource, ...] = (
    Resource("aiodocker.Docker", ("aiodocker.Docker",), "http", "high", close=("close",), close_is_async=True,
        context_manager="async with", exit_stack="enter_async_context(x) or push_async_callback(x.close)",
        evidence=DOCUMENTED),
    Resource("docker.DockerClient", ("docker.from_env", "docker.DockerClient"), "http", "medium", close=("close",),
        exit_stack="callback(x.close)", evidence=INSTALLED),
    Resource("fastapi_limiter.FastAPILimiter", ("fastapi_limiter.FastAPILimiter.init",), "ext", "high",
        awaited=True, close=("close",), close_is_async=True, exit_stack="push_async_callback(FastAPILimiter.close)",
        evidence=DOCUMENTED),
    Resource("opentelemetry.sdk.trace.TracerProvider", ("opentelemetry.sdk.trace.TracerProvider",), "telemetry",
        "medium", close=("shutdown",), exit_stack="callback(x.shutdown)",
        note="BatchSpanProcessor drops the last spans otherwise", evidence=INSTALLED),
    Resource("playwright.async_api.Playwright", ("playwright.async_api.async_playwright",), "process", "high",
        start=("start",), close=("stop",), close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(async_playwright())", evidence=DOCUMENTED),
    Resource("selenium.webdriver.remote.webdriver.WebDriver",
        ("selenium.webdriver.Chrome", "selenium.webdriver.Firefox"), "process", "high", close=("quit",),
        context_manager="with", exit_stack="enter_context(x) or callback(x.quit)", evidence=INSTALLED),
    Resource("ray", ("ray.init",), "process", "medium", close=("shutdown",), exit_stack="callback(ray.shutdown)",
        evidence=DOCUMENTED),
    Resource("dask.distributed.Client", ("dask.distributed.Client",), "process", "medium", close=("close",),
        context_manager="with", exit_stack="enter_context(x) or callback(x.close)", evidence=DOCUMENTED),
    Resource("notion_client.AsyncClient", ("notion_client.AsyncClient",), "http", "medium", close=("aclose",),
        close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.aclose)", evidence=DOCUMENTED),
    Resource("temporalio.worker.Worker", ("temporalio.worker.Worker",), "process", "high", start=("run",),
        close=("shutdown",), close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x)", evidence=DOCUMENTED),
)
