"""A data folder whose disk fills up: writes are refused with their code, nothing that was acknowledged is lost."""

import os
import subprocess

import pytest
from botocore.exceptions import ClientError

DISK_MIB = 420
OBJECT_SIZE = 1 << 20
OBJECTS_MAX = 2 * DISK_MIB


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of its own in a mount namespace, and the command that enters it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = f"mount -t tmpfs -o size={DISK_MIB}m none {folder} && echo ready && exec sleep infinity"
    # Root may mount as it is; others become root of a user namespace first.
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    holder = subprocess.Popen(["unshare", *user, "--mount", "sh", "-c", mount], stdout=subprocess.PIPE, text=True)
    try:
        if holder.stdout.readline() != "ready\n":
            # tidy-allow: containers and chroots may forbid mounts; the engine's own tests fill a disk everywhere
            pytest.skip("a small disk needs a mount, which this container or chroot forbids")
        enter = ["nsenter", f"--target={holder.pid}", *(["--user", "--preserve-credentials"] if user else []), "--mount"]
        yield folder, enter
    finally:
        holder.kill()
        holder.wait()


def body(number):
    return number.to_bytes(4, "big") * (OBJECT_SIZE // 4)


def fill(s3, bucket):
    """Puts objects until one is refused; gives how many were taken, and the refusal."""
    for number in range(OBJECTS_MAX):
        try:
            s3.put_object(Bucket=bucket, Key=f"{number:04}", Body=body(number))
        except ClientError as error:
            return number, error
    pytest.fail("the disk took more than it holds")


def test_a_full_disk_refuses_writes_and_loses_nothing(start_server, small_disk, name):
    folder, enter = small_disk
    server = start_server(folder / "data", wrapper=enter)
    s3 = server.s3(retries={"max_attempts": 0})
    s3.create_bucket(Bucket=name)

    taken, error = fill(s3, name)

    assert taken > 20
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 507
    assert error.response["Error"]["Code"] == "InsufficientStorage"
    assert server.is_ready()

    def check(count):
        keys = [o["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name)
                for o in page.get("Contents", [])]  # fmt: skip
        assert keys == [f"{number:04}" for number in range(count)]
        for number in (0, count // 2, count - 1):
            assert s3.get_object(Bucket=name, Key=f"{number:04}")["Body"].read() == body(number)

    check(taken)
    server.kill()
    server.start()
    check(taken)

    # Deleting needs no space to spare, and gives it back.
    for number in range(taken // 2, taken):
        s3.delete_object(Bucket=name, Key=f"{number:04}")
    server.stop()
    server.start()
    check(taken // 2)
    s3.put_object(Bucket=name, Key="again", Body=body(7))
    assert s3.get_object(Bucket=name, Key="again")["Body"].read() == body(7)
