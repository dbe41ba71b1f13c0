"""A real broker from tools/kafka, and records to and from it through kcat."""
import os
import random
import re
import socket
import subprocess
from pathlib import Path

from service import Broken

ROOT = Path(__file__).resolve().parent.parent.parent


def free_port_pair():
    """The broker takes the port, its controller the next; below the range of outgoing connections."""
    while True:
        port = 20000 + random.randrange(5000) * 2
        with socket.socket() as one, socket.socket() as two:
            try:
                one.bind(("127.0.0.1", port))
                two.bind(("127.0.0.1", port + 1))
                return port
            except OSError:
                continue


class Broker:
    def __init__(self):
        self.port = free_port_pair()
        self.address = f"127.0.0.1:{self.port}"

    def run(self, *command):
        done = subprocess.run([ROOT / "tools/kafka", *command], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env=os.environ | {"KAFKA_PORT": str(self.port), "KAFKA_OPTS": "-XX:TieredStopAtLevel=1"})
        if done.returncode != 0:
            raise Broken(f"tools/kafka {' '.join(command)}: {done.stderr}")

    def produce(self, topic, records):
        """Starts to send (key, bytes); `delivered` of the process says whether all are there."""
        process = subprocess.Popen(
            ["kcat", "-b", self.address, "-P", "-t", topic, "-K", "\t", "-X", "enable.idempotence=true", "-X",
             "message.timeout.ms=120000", "-X", "partitioner=murmur2_random", "-q"],
            stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        process.stdin.write(b"".join(key.encode() + b"\t" + value + b"\n" for key, value in records))
        process.stdin.close()
        return process

    def ends(self, topic, partitions):
        """partition -> offset of the next record, as the broker itself says."""
        asked = [word for each in range(partitions) for word in ("-t", f"{topic}:{each}:-1")]
        done = subprocess.run(["kcat", "-b", self.address, "-Q", *asked], capture_output=True, text=True, timeout=60)
        ends = {int(partition): int(offset)
                for partition, offset in re.findall(r"\[(\d+)\] offset (\d+)", done.stdout)}
        if len(ends) != partitions:
            raise Broken(f"the broker tells the ends of {ends} alone: {done.stderr}")
        return ends

    def dead_letters(self, topic):
        """(partition, offset) -> original bytes; one delivered twice is one."""
        done = subprocess.run(["kcat", "-b", self.address, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f",
                               "%h\x02%s\x03"], capture_output=True, timeout=60)
        letters = {}
        for entry in done.stdout.split(b"\x03")[:-1]:
            headers, value = entry.split(b"\x02", 1)
            place = re.findall(rb"__connect\.errors\.(?:partition|offset)=(\d+)", headers)
            letters[tuple(map(int, place))] = value
        return letters
