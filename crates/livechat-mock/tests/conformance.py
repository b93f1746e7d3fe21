"""Has schemathesis make requests of the bundled specs, and look for answers of the mock that break them.

    pip install schemathesis==4.32.5
    cargo xtask bundle target/openapi
    python tests/conformance.py target/debug/livechat-mock target/openapi

The same requests are made each time, and the mock has the same data. Each API gets a mock of its own.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

APIS = ["agent", "customer", "configuration", "reports", "accounts"]

# A 500, an answer of a status, type or shape that the spec does not have.
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]

# Made-up requests for each operation, besides those at the edges of what its schema allows, which are the most.
MAX_EXAMPLES = 5

# How many APIs are checked at a time.
WORKERS = 2


def start(program):
    """The mock, and its address."""
    arguments = [program, "--seed", "42", "--rate-limit", "0", "--max-chats", "300"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    address = process.stdout.readline().split()[-1]
    # One line a request: somebody has to read them.
    threading.Thread(target=process.stdout.read, daemon=True).start()
    return process, address


def settings(folder, tokens):
    """The file of settings: what is to be in every request, as far as the operation has it."""
    file = Path(folder) / "schemathesis.toml"
    parameters = {"query.organization_id": tokens["organization_id"], "path.organization_id": tokens["organization_id"]}
    lines = [f"{json.dumps(name)} = {json.dumps(value)}" for name, value in parameters.items()]
    file.write_text("[parameters]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return file


def check(api, program, documents):
    """Whether the answers of an API are as they should be, and how many there were."""
    process, address = start(program)
    try:
        with urllib.request.urlopen(f"{address}/_mock/tokens") as answer:
            tokens = json.load(answer)
        token = tokens["customer" if api == "customer" else "agent"]
        with tempfile.TemporaryDirectory() as folder:
            command = [
                str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(settings(folder, tokens)),
                "run", str(documents / f"{api}.json"), "--url", address, "--header", f"Authorization: Bearer {token}",
                "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing", "--workers", "1",
                "--max-examples", str(MAX_EXAMPLES), "--generation-deterministic",
                "--warnings", "off", "--no-color", "--request-timeout", "20", "--suppress-health-check", "all",
            ]
            environment = {**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": folder}
            # It leaves files where it runs.
            run = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, check=False)
        alive = process.poll() is None
    finally:
        process.terminate()
    made = re.search(r"([\d,]+) generated", run.stdout)
    if run.returncode != 0 or not alive or not made:
        print(run.stdout, run.stderr, "" if alive else "the mock has ended", sep="\n")
        return None
    return int(made.group(1).replace(",", ""))


def timed(api, program, documents):
    begun = time.monotonic()
    made = check(api, program, Path(documents).resolve())
    outcome = "failed" if made is None else f"{made} requests, all answered as the spec has it"
    print(f"{api}: {outcome} ({time.monotonic() - begun:.0f} s)", flush=True)
    return made is not None


def main(program, documents):
    with ThreadPoolExecutor(WORKERS) as pool:
        outcomes = list(pool.map(lambda api: timed(api, program, documents), APIS))
    sys.exit(0 if all(outcomes) else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
