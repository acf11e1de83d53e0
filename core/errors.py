"""Every error that Gyre raises on purpose.

The tree::

    CleanupError
      InputError (also ValueError)   ImageError  ObservationError  RouteInputError
      NotFoundError (also LookupError)
      ModelError                     NotFittedError  ModelIntegrityError
      PlanningError                  InfeasibleError (lists what binds)
      StorageError                   MigrationError  AuditChainError
      AccessError
      SourceError                    SourceTimeout  SourceRefused
    CleanupWarning (UserWarning)

A message says what was expected, what arrived and which record it was, so that a
person can mend it: ``latitude 179.2 outside [-90, 90] (row 14)``.
"""

from collections.abc import Sequence

__all__ = [
    "AccessError",
    "AuditChainError",
    "CleanupError",
    "CleanupWarning",
    "ImageError",
    "InfeasibleError",
    "InputError",
    "MigrationError",
    "ModelError",
    "ModelIntegrityError",
    "NotFittedError",
    "NotFoundError",
    "ObservationError",
    "PlanningError",
    "RouteInputError",
    "SourceError",
    "SourceRefused",
    "SourceTimeout",
    "StorageError",
]


class CleanupError(Exception):
    """Base of every error that Gyre raises on purpose."""


class InputError(CleanupError, ValueError):
    """A value from outside was refused."""


class ImageError(InputError):
    """A photo cannot be used; the message says why in plain words."""


class ObservationError(InputError):
    """An observation or its effort cannot be used."""


class RouteInputError(InputError):
    """A site, vessel or port of a planning task cannot be used."""


class NotFoundError(CleanupError, LookupError):
    """A named record, model or file does not exist."""


class ModelError(CleanupError):
    """A model cannot be used."""


class NotFittedError(ModelError):
    """A model was asked to predict before it was fitted."""


class ModelIntegrityError(ModelError):
    """A model file differs from the hash in its manifest."""


class PlanningError(CleanupError):
    """A plan cannot be made."""


class InfeasibleError(PlanningError):
    """No plan meets every constraint.

    Parameters
    ----------
    message : str
        What was asked for.
    binding : sequence of str
        The constraints that bind, each as a sentence.
    """

    def __init__(self, message: str, binding: Sequence[str] = ()) -> None:
        self.binding = tuple(binding)
        super().__init__("; ".join([message, *self.binding]))


class StorageError(CleanupError):
    """The store cannot be read or written."""


class MigrationError(StorageError):
    """The store's tables do not fit this version of Gyre."""


class AuditChainError(StorageError):
    """The audit log was changed after it was written."""


class AccessError(CleanupError):
    """The person asking may not do this."""


class SourceError(CleanupError):
    """An outside source of data failed."""


class SourceTimeout(SourceError):  # noqa: N818 - named in the project's contract
    """An outside source did not answer in time."""


class SourceRefused(SourceError):  # noqa: N818 - named in the project's contract
    """An outside source is not allowed or refused the request."""


class CleanupWarning(UserWarning):
    """Something is usable but doubtful."""
