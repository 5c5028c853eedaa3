"""What a pynetdicom client needs to get every response."""


def keep(association):
    """The thread that serves the peer's requests can wake up once more after a query has begun, and drops the response that it
    finds. A client has nothing to serve: from here on that thread finds nothing."""
    take = association.dimse.get_msg
    association.dimse.get_msg = lambda block=False: take(block=True) if block else (None, None)
