"""Mail, SSH, FTP, LDAP and sockets."""

from __future__ import annotations

from fastapi_lint.knowledge.resources.rows import DOCUMENTED, INSTALLED, Resource

# A row is one record and stays on as few lines as it needs.
# fmt: off
RESOURCES: tuple[Resource, ...] = (
    Resource("paramiko.SSHClient", ("paramiko.SSHClient",), "net", "high", start=("connect",), close=("close",),
        context_manager="with", exit_stack="enter_context(x) or callback(x.close)", evidence=INSTALLED),
    Resource("asyncssh.SSHClientConnection", ("asyncssh.connect",), "net", "high", awaited=True,
        close=("close", "wait_closed"), close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.wait_closed)", evidence=DOCUMENTED),
    Resource("smtplib.SMTP", ("smtplib.SMTP", "smtplib.SMTP_SSL"), "net", "high", close=("quit",),
        context_manager="with", exit_stack="enter_context(x) or callback(x.quit)", evidence=INSTALLED),
    Resource("aiosmtplib.SMTP", ("aiosmtplib.SMTP",), "net", "high", start=("connect",), close=("quit",),
        close_is_async=True, context_manager="async with",
        exit_stack="enter_async_context(x) or push_async_callback(x.quit)", evidence=DOCUMENTED),
    Resource("ldap3.Connection", ("ldap3.Connection",), "net", "high", start=("bind",), close=("unbind",),
        context_manager="with", exit_stack="enter_context(x) or callback(x.unbind)", evidence=INSTALLED),
    Resource("imaplib.IMAP4", ("imaplib.IMAP4_SSL", "imaplib.IMAP4"), "net", "high", close=("logout",),
        context_manager="with", exit_stack="enter_context(x) or callback(x.logout)", evidence=INSTALLED),
    Resource("ftplib.FTP", ("ftplib.FTP", "ftplib.FTP_TLS"), "net", "high", close=("quit",), context_manager="with",
        exit_stack="enter_context(x) or callback(x.quit)", evidence=INSTALLED),
    Resource("asyncio.StreamWriter", ("asyncio.open_connection",), "net", "high", awaited=True,
        close=("close", "wait_closed"), close_is_async=True,
        exit_stack="callback(w.close); push_async_callback(w.wait_closed)", evidence=INSTALLED),
    Resource("socket.socket", ("socket.socket", "socket.create_connection"), "net", "high", close=("close",),
        context_manager="with", exit_stack="enter_context(x) or callback(x.close)", evidence=INSTALLED),
    Resource("aioftp.Client", ("aioftp.Client",), "net", "high", start=("connect",), close=("quit",),
        close_is_async=True, exit_stack="push_async_callback(x.quit)", evidence=DOCUMENTED),
    Resource("pysftp.Connection", ("pysftp.Connection",), "net", "high", close=("close",),
        context_manager="with", exit_stack="enter_context(x) or callback(x.close)", evidence=DOCUMENTED),
)
