"""Kernels that are copied from one process lose nothing of what chapters publish."""

import asyncio
import sys

from prose import BOOK

sys.path.insert(0, str(BOOK / "_ext"))
from warm_kernels import Source

COUNT = 4000  # of 4 kB: more than the sockets and the system between them hold by themselves
CELL = f"""
from IPython.display import publish_display_data
for i in range({COUNT}):
    publish_display_data({{"text/plain": str(i).zfill(4000)}})
"""


async def heard_late() -> list[int]:
    """Run the cell to its end before anything that it published is read."""
    source = Source(["ipykernel.kernelapp"])
    manager = source.manager()(kernel_name="python3")
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=60)
        client.execute(CELL)
        await client.get_shell_msg(timeout=120)
        numbers = []
        while len(numbers) < COUNT:
            message = await client.get_iopub_msg(timeout=20)
            if message["msg_type"] == "display_data":
                numbers.append(int(message["content"]["data"]["text/plain"]))
        return numbers
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)
        source.end()


def test_a_builder_that_reads_late_hears_everything_in_order():
    assert asyncio.run(heard_late()) == list(range(COUNT))
