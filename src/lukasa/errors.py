"""The errors that Lukasa raises.

LukasaError
├── ConfigError              the settings cannot work together
├── InputError               an argument cannot be stored or understood
│   ├── FilterError          … the filter names an unknown field or operator
│   └── ImportFormatError    … the file is not what its format says
├── NotFoundError            no such turn, fact or file
├── ConflictError            another writer came first
│   ├── StaleError           … the partition changed since it was read    (retry is sensible)
│   └── KeyReuseError        … the idempotency key was used for other content
├── StoreError               the store failed
│   ├── StoreBusyError       … another writer held it for too long        (retry is sensible)
│   ├── StoreFullError       … the disk is full
│   ├── StoreReadOnlyError   … it is read-only
│   ├── StoreCorruptError    … it is not a Lukasa file, or a damaged one
│   └── NewerSchemaError     … a newer Lukasa wrote it
├── ProviderError            a model could not be used
│   ├── ModelMissingError    … its files are missing or unknown
│   ├── ProviderTimeoutError … it did not answer in time                  (retry is sensible)
│   ├── ProviderDownError    … it cannot be reached, or it failed         (retry is sensible)
│   ├── RateLimitedError     … too many requests                          (retry is sensible)
│   ├── OverBudgetError      … its budget is spent
│   └── BadReplyError        … its reply cannot be used
│       └── RequestRefusedError … it refused this one request
├── ServerError              the server of a memory cannot be used
│   ├── ServerDownError      … it cannot be reached, or it failed         (retry is sensible)
│   └── AccessError          … it does not take the key, or the key may not do that
└── ClosedError              the memory was closed, or opened before a fork
"""

from __future__ import annotations

from reprlib import Repr
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


class LukasaError(Exception):
    """Base class of all errors of Lukasa."""

    retryable = False
    """Whether the same call may succeed later."""

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or (type(self).__doc__ or "").strip())


class ConfigError(LukasaError):
    """The settings cannot work together."""


class SettingWarning(UserWarning):
    """An environment variable looks like a misspelt setting, and is ignored."""


class InputError(LukasaError):
    """An argument cannot be stored or understood."""


class FilterError(InputError):
    """The filter names an unknown field or operator."""


class ImportFormatError(InputError):
    """The file is not what its format says."""


class NotFoundError(LukasaError):
    """There is no such turn, fact or file."""


class ConflictError(LukasaError):
    """Another writer came first."""


class StaleError(ConflictError):
    """The partition changed since it was read."""

    retryable = True


class KeyReuseError(ConflictError):
    """The idempotency key was used before, for other content."""


class StoreError(LukasaError):
    """The store failed."""


class StoreBusyError(StoreError):
    """Another writer held the store for too long."""

    retryable = True


class StoreFullError(StoreError):
    """The disk is full; nothing was written."""


class StoreReadOnlyError(StoreError):
    """The store is read-only."""


class StoreCorruptError(StoreError):
    """The file is not a Lukasa store, or it is damaged."""


class NewerSchemaError(StoreError):
    """A newer Lukasa wrote this store; it was left untouched."""


class ProviderError(LukasaError):
    """A model could not be used."""


class ModelMissingError(ProviderError):
    """The model's files are missing or unknown."""


class ProviderTimeoutError(ProviderError):
    """The model did not answer in time."""

    retryable = True


class ProviderDownError(ProviderError):
    """The provider cannot be reached, or it failed."""

    retryable = True


class RateLimitedError(ProviderError):
    """The provider asked us to slow down."""

    retryable = True

    def __init__(self, detail: str | None = None, *, wait: float | None = None) -> None:
        super().__init__(detail)
        self.wait = wait
        """Seconds to wait, if the provider gave them."""


class OverBudgetError(ProviderError):
    """The budget for the model is spent."""


class BadReplyError(ProviderError):
    """The model's reply was not what was asked for."""


class RequestRefusedError(BadReplyError):
    """The provider refused this one request, for what it says or for its length; others may go through."""


class ServerError(LukasaError):
    """The server of this memory cannot be used."""


class ServerDownError(ServerError):
    """The server cannot be reached, or it failed; what was asked of it may have been done."""

    retryable = True


class AccessError(ServerError):
    """The server does not take this key, or the key may not do that."""


class ClosedError(LukasaError):
    """The memory was closed, or opened before a fork."""


def shown(value: object) -> str:
    """Return a value as an error shows it: short, however long or deep it is."""
    return _SHORT.repr(value)


def shown_url(url: str) -> str:
    """Return the address of a store as it may be shown: without password. A path stays as it is."""
    if "://" not in url:
        return url
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    options = [(name, value) for name, value in parse_qsl(parts.query) if "password" not in name]
    query = urlencode(options, safe="/:,=")
    return urlunsplit(parts._replace(netloc=user.partition(":")[0] + at + host, query=query))


_SHORT = Repr()
_SHORT.maxlevel, _SHORT.maxstring, _SHORT.maxother = 3, 80, 80
