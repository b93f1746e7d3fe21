"""Drives the mock with LiveChat's own Python SDK (lc-sdk-python 0.4.2), which nobody wrote with this server in mind.

    pip install lc-sdk-python==0.4.2 loguru
    python tests/python_sdk.py target/debug/livechat-mock

The SDK builds https addresses; the mock has no TLS, so the clients' addresses are set to http.
"""

import http.server
import json
import subprocess
import sys
import threading
from datetime import datetime, timezone

import httpx
from livechat.agent.web.base import AgentWeb
from livechat.configuration.base import ConfigurationApi
from livechat.customer.web.base import CustomerWeb
from livechat.reports.base import ReportsApi
from livechat.webhooks.parser import parse_webhook


def ok(response):
    """The answer, which must be a success."""
    assert response.status_code == 200, f"{response.request.url}: {response.status_code} {response.text}"
    return response.json()


def error(response):
    """The type of the error, which the answer must be."""
    assert response.status_code != 200, f"{response.request.url}: {response.text}"
    return response.json()["error"]["type"]


def plain(client):
    """The same client without TLS."""
    client.api_url = client.api_url.replace("https://", "http://")
    return client


def agent_chat(agent, configuration):
    started = ok(agent.start_chat(continuous=False, chat={"thread": {"events": [{"type": "message", "text": "hello"}]}}))
    chat, thread = started["chat_id"], started["thread_id"]
    event = ok(agent.send_event(chat_id=chat, event={"type": "message", "text": "how are you?", "visibility": "all"}))
    ok(configuration.create_tag(name="sdk", group_ids=[0]))
    ok(agent.tag_thread(chat_id=chat, thread_id=thread, tag="sdk"))
    ok(agent.untag_thread(chat_id=chat, thread_id=thread, tag="sdk"))
    ok(agent.tag_thread(chat_id=chat, thread_id=thread, tag="sdk"))
    properties = {"test": {"int_property": 1}}
    ok(agent.update_chat_properties(id=chat, properties=properties))
    ok(agent.update_thread_properties(chat_id=chat, thread_id=thread, properties=properties))
    ok(agent.update_event_properties(chat_id=chat, thread_id=thread, event_id=event["event_id"], properties=properties))
    ok(agent.delete_chat_properties(id=chat, properties={"test": ["int_property"]}))
    uploaded = ok(agent.upload_file(file={"file": ("photo.png", b"\x89PNG", "image/png")}))
    ok(agent.send_event(chat_id=chat, event={"type": "file", "url": uploaded["url"]}))
    ok(agent.add_user_to_chat(chat_id=chat, user_id="agent@example.com", user_type="agent", visibility="all"))
    ok(agent.remove_user_from_chat(chat_id=chat, user_id="agent@example.com", user_type="agent"))
    ok(agent.follow_chat(id=chat))
    ok(agent.mark_events_as_seen(chat_id=chat, seen_up_to=datetime.now(timezone.utc).isoformat()))
    ok(agent.send_typing_indicator(chat_id=chat, is_typing=True))
    ok(agent.list_agents_for_transfer(chat_id=chat))
    ok(agent.transfer_chat(id=chat, target={"type": "agent", "ids": ["agent@example.com"]}))
    ok(agent.deactivate_chat(id=chat, ignore_requester_presence=True))
    assert error(agent.send_event(chat_id=chat, event={"type": "message", "text": "late"})) == "chat_inactive"
    assert ok(agent.list_chats(limit=5))["found_chats"] > 5
    assert ok(agent.list_threads(chat_id=chat))["threads"][0]["tags"] == ["sdk"]
    assert ok(agent.get_chat(chat_id=chat))["thread"]["active"] is False
    page = ok(agent.list_archives(filters={"query": "hello"}))
    assert page["chats"][0]["id"] == chat
    page = ok(agent.list_archives(limit=20))
    seen = len(page["chats"])
    while "next_page_id" in page:
        page = ok(agent.list_archives(page_id=page["next_page_id"]))
        seen += len(page["chats"])
    assert seen == page["found_chats"] > 200
    ok(agent.resume_chat(chat={"id": chat}))


def people(agent):
    customer = ok(agent.create_customer(name="Ada", email="ada@example.org"))["customer_id"]
    ok(agent.update_customer(id=customer, name="Ada L."))
    assert ok(agent.get_customer(id=customer))["name"] == "Ada L."
    assert ok(agent.list_customers(limit=2))["next_page_id"]
    ok(agent.ban_customer(id=customer, ban={"days": 2}))
    ok(agent.set_routing_status(status="accepting_chats"))
    ok(agent.list_routing_statuses())
    ok(agent.multicast(recipients={"agents": {"all": True}}, content={"a": 1}))


def customer_chat(customer):
    chat = ok(customer.start_chat(chat={}))["chat_id"]
    ok(customer.send_event(chat_id=chat, event={"type": "message", "text": "hi", "recipients": "all"}))
    ok(customer.list_threads(chat_id=chat))
    assert ok(customer.get_chat(chat_id=chat))["thread"]["active"] is True
    ok(customer.send_sneak_peek(chat_id=chat, sneak_peek_text="I am typ"))
    ok(customer.update_customer(name="Nia", email="nia@example.org"))
    assert ok(customer.get_customer())["name"] == "Nia"
    ok(customer.set_customer_session_fields(session_fields=[{"a": "1"}]))
    ok(customer.list_group_statuses(all=True))
    ok(customer.get_predicted_agent())
    ok(customer.get_form(group_id=0, type="prechat"))
    ok(customer.get_dynamic_configuration(group_id=0, url="https://example.org", channel_type="code"))
    ok(customer.list_license_properties())
    ok(customer.list_group_properties(group_id=0))
    ok(customer.upload_file(file={"file": ("note.txt", b"text", "text/plain")}))
    ok(customer.deactivate_chat(id=chat))
    assert ok(customer.list_chats())["total_chats"] == 1


def settings(configuration, client_id):
    ok(configuration.create_agent(id="nora@example.com", name="Nora"))
    ok(configuration.update_agent(id="nora@example.com", job_title="Lead"))
    assert ok(configuration.get_agent(id="nora@example.com", fields=["job_title"]))["job_title"] == "Lead"
    assert len(ok(configuration.list_agents())) == 8
    ok(configuration.delete_agent(id="nora@example.com"))
    bot = ok(configuration.create_bot(name="Greeter", owner_client_id=client_id))
    ok(configuration.update_bot(id=bot["id"], name="Guide"))
    assert ok(configuration.get_bot(id=bot["id"]))["name"] == "Guide"
    ok(configuration.list_bots(all=True))
    ok(configuration.delete_bot(id=bot["id"]))
    group = ok(configuration.create_group(name="VIP", agent_priorities={"agent@example.com": "normal"}))["id"]
    ok(configuration.update_group(id=group, name="Very important"))
    assert ok(configuration.get_group(id=group))["name"] == "Very important"
    ok(configuration.list_groups())
    ok(configuration.delete_group(id=group))
    definition = {"chat": {"agent": ["read", "write"]}}
    ok(configuration.register_property(name="level", type="int", access=definition, owner_client_id=client_id))
    ok(configuration.list_properties(owner_client_id=client_id))
    ok(configuration.unregister_property(name="level", owner_client_id=client_id))
    ok(configuration.list_tags())
    ok(configuration.list_channels())
    ok(configuration.list_auto_accesses())


def webhooks(configuration, client_id):
    got = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()
            done.set()

        def log_message(self, *_):
            pass

    done = threading.Event()
    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/hook"
    names = ok(configuration.list_webhook_names(version="3.5"))
    assert len(names) == 37
    registered = ok(configuration.register_webhook(
        action="tag_created", secret_key="keep-me", url=url, owner_client_id=client_id, type="license"))
    assert ok(configuration.list_webhooks(owner_client_id=client_id))[0]["id"] == registered["id"]
    ok(configuration.create_tag(name="told", group_ids=[0]))
    assert done.wait(10), "the webhook was not delivered"
    webhook = parse_webhook(json.loads(got[0]), version="3.5")
    assert (webhook.secret_key, webhook.action) == ("keep-me", "tag_created")
    ok(configuration.unregister_webhook(id=registered["id"], owner_client_id=client_id))
    server.shutdown()


def reports(client):
    for report in ("duration", "tags", "total_chats", "ratings", "ranking", "engagement", "greetings_conversion", "forms",
                   "response_time", "first_response_time", "availability", "performance", "chat_usage"):
        assert ok(getattr(client, report)())["name"], report
    filters = {"from": "2020-01-01T00:00:00+00:00", "to": "2040-01-01T00:00:00+00:00"}
    assert ok(client.total_chats(distribution="month", timezone="Europe/Oslo", filters=filters))["total"] > 200


def main(program):
    process = subprocess.Popen([program, "--seed", "42", "--rate-limit", "0"], stdout=subprocess.PIPE, text=True)
    try:
        host = process.stdout.readline().split("http://")[1].strip()
        threading.Thread(target=lambda: process.stdout.read(), daemon=True).start()
        tokens = httpx.get(f"http://{host}/_mock/tokens").json()
        bearer, client_id = f"Bearer {tokens['agent']}", tokens["client_id"]
        options = {"version": "3.5", "base_url": host, "disable_logging": True}
        agent = plain(AgentWeb.get_client(access_token=bearer, **options))
        configuration = plain(ConfigurationApi.get_client(token=bearer, **options))
        customer = plain(CustomerWeb.get_client(
            access_token=f"Bearer {tokens['customer']}", organization_id=tokens["organization_id"], **options))
        report = plain(ReportsApi.get_client(token=bearer, **options))
        agent_chat(agent, configuration)
        people(agent)
        customer_chat(customer)
        settings(configuration, client_id)
        webhooks(configuration, client_id)
        reports(report)
        requests = httpx.get(f"http://{host}/_mock/requests").json()["requests"]
        actions = {request["action"] for request in requests if request["status"] == 200}
        print(f"{len(requests)} requests, {len(actions)} actions, all as expected")
    finally:
        process.terminate()


if __name__ == "__main__":
    main(sys.argv[1])
