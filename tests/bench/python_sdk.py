"""Pages through the archive that `pages serve` serves with LiveChat's own SDK; prints the processor time for an event in ns.

Usage: python_sdk.py ADDRESS
"""

import sys
import time

from livechat.agent import AgentWeb

client = AgentWeb.get_client(access_token="Bearer token", version="3.5")
# The SDK knows https only.
client.api_url = f"http://{sys.argv[1]}/v3.5/agent/action"


def page_through():
    events, messages, page = 0, 0, None
    while True:
        answer = client.list_archives(limit=20, page_id=page)
        answer.raise_for_status()
        archive = answer.json()
        for chat in archive["chats"]:
            for event in chat["thread"]["events"]:
                events += 1
                messages += event["type"] == "message"
        page = archive.get("next_page_id")
        if page is None:
            return events


times = []
for _ in range(3):
    start = time.process_time_ns()
    events = page_through()
    times.append((time.process_time_ns() - start) / events)
    assert events == 100_000, events
print(min(times))
