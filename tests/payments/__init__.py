"""A payment server for tests: Stripe's API on loopback, kept by localstripe.

localstripe (GPL) runs as a program of its own and keeps payment methods, payment intents, charges
and refunds; everything the front does not answer goes there unchanged. The front adds, after
Stripe's published API, what localstripe lacks or tells in the shape of 2017: Checkout Sessions
and their page, bank debits that wait for the test, disputes, refunds that fail or pend, checks of
amounts, Idempotency-Key, lists, expansion, metadata on charges, and all events and signatures.
"""

from tests.payments.server import Payment, PaymentServer, running_payments

__all__ = ["Payment", "PaymentServer", "running_payments"]
