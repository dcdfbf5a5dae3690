"""URLs of object stores: what of them, and of their options, may be shown and kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

# A secret may hold slashes; a port holds figures alone.
_USER = re.compile(r"(?<=://)(?:[^/@]*@|[^/@:]*:(?!\d+/)[^@]*@)")
_VERSION = re.compile(r"versionId=[\w.-]+")
_PUBLIC = ("anon", "requester_pays", "use_ssl", "endpoint_url", "version_aware")
_PUBLIC_CLIENT = ("endpoint_url", "region_name")
_SHORTEST = 4  # characters of a secret that is looked for in texts


def is_url(data: object) -> bool:
    """Whether this is the URL of a store, not a path."""
    return isinstance(data, str) and re.match(r"[A-Za-z][\w+.-]*(://|::)", data) is not None


def public_url(url: str) -> str:
    """The URL without user, password and query; a version of an object stays."""
    bare, mark, query = url.partition("?")
    kept = mark + query if _VERSION.fullmatch(query) else ""
    return _USER.sub("", bare.partition("#")[0] if _is_web(url) else bare) + kept


def private_url(url: str, options: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """URL and options as fsspec takes them: key and secret of an S3 URL stand in the options."""
    found = _USER.search(url)
    if found is None or not url.startswith(("s3://", "s3a://")):
        return url, dict(options)
    key, _, secret = found[0][:-1].partition(":")
    user = {"key": unquote(key)} | ({"secret": unquote(secret)} if secret else {})
    return _USER.sub("", url), {**user, **options}


def public_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Those that say where a store is, and nothing of who asks; all others may be secrets."""
    kept = {name: options[name] for name in _PUBLIC if _is_public(options.get(name))}
    client = options.get("client_kwargs")
    if isinstance(client, Mapping):
        inside = {name: client[name] for name in _PUBLIC_CLIENT if _is_public(client.get(name))}
        kept |= {"client_kwargs": inside} if inside else {}
    return kept


def secrets_of(url: str, options: Mapping[str, Any]) -> list[str]:
    """Texts that no message may hold, the longest first."""
    found = set(_leaves(options)) - set(_leaves(public_options(options)))
    if public_url(url) != url:
        found.update(re.split(r"[:@]", "".join(_USER.findall(url))))
        query = url.partition("?")[2]
        found.update((query, *(pair.partition("=")[2] for pair in query.split("&"))))
    found |= {unquote(text) for text in found} | {quote(text, safe="") for text in found}
    return sorted((text for text in found if len(text) >= _SHORTEST), key=len, reverse=True)


def scrubbed(text: str, secrets: list[str]) -> str:
    """A text without secrets."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def _is_web(url):
    return url.startswith(("http://", "https://"))


def _is_public(value):
    if isinstance(value, bool):
        return True
    return isinstance(value, str) and (not is_url(value) or public_url(value) == value)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, (list, tuple, set)):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, (str, bytes)):
        yield value if isinstance(value, str) else value.decode(errors="replace")
    elif hasattr(value, "__dict__"):  # such as a client's settings, or a login
        yield from _leaves(vars(value))
