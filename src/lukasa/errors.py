"""Every error that Lukasa raises on purpose.

LukasaError
├── ConfigError              the settings cannot work together
├── InputError               what was handed in cannot be stored or understood
│   ├── FilterError          … the filter names an unknown field or operator
│   └── ImportFormatError    … the file is not what its format says
├── NotFoundError            no such turn, fact or file
├── ConflictError            somebody else got there first
│   ├── StaleError           … the partition changed since it was read    (retry is sensible)
│   └── KeyReuseError        … the idempotency key was used for other content
├── StoreError               the store could not do it
│   ├── StoreBusyError       … another writer held it for too long        (retry is sensible)
│   ├── StoreFullError       … the disk is full
│   ├── StoreReadOnlyError   … it may not be written
│   ├── StoreCorruptError    … it is not a Lukasa file, or a damaged one
│   └── NewerSchemaError     … a newer Lukasa wrote it
├── ProviderError            a model could not be used
│   ├── ModelMissingError    … its files are absent or not the ones we know
│   ├── ProviderTimeoutError … it said nothing                            (retry is sensible)
│   ├── ProviderDownError    … it cannot be reached, or it broke          (retry is sensible)
│   ├── RateLimitedError     … it said not now                            (retry is sensible)
│   ├── OverBudgetError      … what may be spent on it is spent
│   └── BadReplyError        … it said nonsense
├── UnsupportedError         this adapter cannot do that
└── ClosedError              the memory was closed, or opened before a fork
"""

from __future__ import annotations


class LukasaError(Exception):
    """Lukasa could not do what was asked."""

    retryable = False
    """Whether the same call may succeed a little later."""

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or (type(self).__doc__ or "").strip())


class ConfigError(LukasaError):
    """The settings cannot work together."""


class InputError(LukasaError):
    """What was handed in cannot be stored or understood."""


class FilterError(InputError):
    """The filter names an unknown field or operator."""


class ImportFormatError(InputError):
    """The file is not what its format says."""


class NotFoundError(LukasaError):
    """There is no such turn, fact or file."""


class ConflictError(LukasaError):
    """Somebody else got there first."""


class StaleError(ConflictError):
    """The partition changed since it was read."""

    retryable = True


class KeyReuseError(ConflictError):
    """The idempotency key was used before, for other content."""


class StoreError(LukasaError):
    """The store could not do it."""


class StoreBusyError(StoreError):
    """Another writer held the store for too long."""

    retryable = True


class StoreFullError(StoreError):
    """The disk is full; nothing was written."""


class StoreReadOnlyError(StoreError):
    """The store may not be written."""


class StoreCorruptError(StoreError):
    """The file is not a Lukasa store, or it is damaged."""


class NewerSchemaError(StoreError):
    """A newer Lukasa wrote this store; it was left untouched."""


class ProviderError(LukasaError):
    """A model could not be used."""


class ModelMissingError(ProviderError):
    """The model's files are absent, or not the ones that we know."""


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
        """Seconds that it asked for; `None` when it named none."""


class OverBudgetError(ProviderError):
    """What may be spent on the model is spent."""


class BadReplyError(ProviderError):
    """The model's reply was not what was asked for."""


class UnsupportedError(LukasaError):
    """The adapter cannot do that."""


class ClosedError(LukasaError):
    """The memory was closed, or opened before a fork."""
