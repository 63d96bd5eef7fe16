"""An object store on this machine."""

import uuid
from collections.abc import Iterator

import pytest

from market_platform.store.bucket import Bucket


@pytest.fixture(scope="session")
def object_store() -> Iterator[str]:
    """Address of an S3-compatible server of our own: moto, which speaks S3's wire protocol over a socket."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(object_store: str) -> Bucket:
    """An empty bucket."""
    import boto3

    name = f"market-{uuid.uuid4().hex[:8]}"
    keys = {"aws_access_key_id": "someone", "aws_secret_access_key": "some'thing"}
    client = boto3.client("s3", endpoint_url=object_store, region_name="us-east-1", **keys)
    client.create_bucket(Bucket=name)
    return Bucket(f"s3://{name}/platform", "someone", "some'thing", object_store)
