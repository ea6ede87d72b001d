"""What record.py really runs in each release: calls whose refusal no signature tells, objects to look at, and what calls give.

`when` says which calls are meant, as src/project/imports/simulator/library/removed-calls.ts reads it: each condition speaks of an argument
by its keyword, and by its place where it has one.
"""


def keyword(name):
    return {"argument": name, "is": "given"}


def absent(name, place=None):
    return {"argument": name, "is": "absent"} if place is None else {"argument": name, "place": place, "is": "absent"}


def given(name, place=None):
    return {"argument": name, "is": "given"} if place is None else {"argument": name, "place": place, "is": "given"}


def equal(name, place, value):
    return {"argument": name, "place": place, "is": "equal", "value": value}


def refuses(callee, code, *when):
    return {"callee": callee, "code": code, "when": list(when)}


def each_keyword(callee, code, values):
    return [refuses(callee, code.format(f"{name}={value!r}"), keyword(name)) for name, value in values.items()]


MAIL = "MAIL_USERNAME='u', MAIL_PASSWORD='p', MAIL_FROM='a@example.com', MAIL_PORT=587, MAIL_SERVER='localhost'"

# What no server answers is not refused.
WITHOUT_SERVER = "try:\n    {}\nexcept Exception as error:\n    if 'Connect' not in type(error).__name__: raise"

# distribution → calls that newer releases refuse
CALLS = {
    "pymongo": each_keyword(
        "pymongo.MongoClient",
        "import pymongo; pymongo.MongoClient('mongodb://localhost', connect=False, {})",
        {"ssl_cert_reqs": 0, "ssl_match_hostname": False, "ssl_ca_certs": None, "ssl_certfile": None, "ssl_keyfile": None, "waitQueueMultiple": 1},
    ),
    "sentry-sdk": each_keyword(
        "sentry_sdk.init", "import sentry_sdk; sentry_sdk.init({})", {"request_bodies": "always", "with_locals": True, "propagate_traces": True}
    ),
    "strawberry-graphql": [
        refuses(
            "strawberry.fastapi.GraphQLRouter",
            "import strawberry.fastapi as f; import strawberry\n@strawberry.type\nclass Query:\n    a: int = 1\nf.GraphQLRouter(strawberry.Schema(query=Query), graphiql=True)",
            keyword("graphiql"),
        )
    ],
    "sendgrid": [refuses("sendgrid.SendGridAPIClient", "import sendgrid; sendgrid.SendGridAPIClient(apikey='SG.x')", keyword("apikey"))],
    "pyjwt": [
        refuses("jwt.decode", "import jwt; jwt.decode(jwt.encode({'a': 1}, 'k' * 32), 'k' * 32)", absent("algorithms", 2), absent("options", 3)),
        refuses("jwt.decode", "import jwt; jwt.decode(jwt.encode({'a': 1}, 'k' * 32), verify=False)", equal("verify", None, False), absent("algorithms", 2), absent("options", 3)),
    ],
    "fastapi-mail": [
        refuses("fastapi_mail.ConnectionConfig", f"import fastapi_mail; fastapi_mail.ConnectionConfig({MAIL}, MAIL_TLS=True, MAIL_SSL=False)", keyword("MAIL_TLS"), absent("MAIL_STARTTLS")),
        refuses("fastapi_mail.ConnectionConfig", f"import fastapi_mail; fastapi_mail.ConnectionConfig({MAIL}, MAIL_TLS=True, MAIL_SSL=False)", keyword("MAIL_SSL"), absent("MAIL_SSL_TLS")),
    ],
    "elasticsearch": [
        refuses("elasticsearch.Elasticsearch", "import elasticsearch; elasticsearch.Elasticsearch([{'host': 'localhost', 'port': 9200}])", {"argument": "hosts", "place": 0, "is": "item without", "value": "scheme"}),
        refuses("elasticsearch.Elasticsearch", "import elasticsearch; elasticsearch.Elasticsearch()", absent("hosts", 0), absent("cloud_id", 1)),
        refuses("elasticsearch.Elasticsearch", "import elasticsearch; elasticsearch.Elasticsearch(['localhost:9200'])", {"argument": "hosts", "place": 0, "is": "item like", "value": r"^[\w.-]+(:\d+)?$"}),
        refuses("elasticsearch.Elasticsearch", "import elasticsearch; elasticsearch.Elasticsearch('localhost:9200')", {"argument": "hosts", "place": 0, "is": "like", "value": r"^[\w.-]+(:\d+)?$"}),
        *[
            refuses("elasticsearch.Elasticsearch", f"import elasticsearch; elasticsearch.Elasticsearch('http://localhost:9200', {name}={value})", keyword(name))
            for name, value in {"use_ssl": True, "http_compress_level": 1, "sniff_on_connection_fail": True, "scheme": "'http'", "port": 9200}.items()
        ],
    ],
    "weaviate-client": [
        refuses("weaviate.Client", WITHOUT_SERVER.format("import weaviate; weaviate.Client(url='http://localhost:8080')"), keyword("url")),
        refuses("weaviate.Client", WITHOUT_SERVER.format("import weaviate; weaviate.Client('http://localhost:8080')"), given("url", 0)),
    ],
    "jinja2": [
        refuses(
            "jinja2.Environment", f"import jinja2; jinja2.Environment(extensions=['jinja2.ext.{name}'])", {"argument": "extensions", "place": None, "is": "item like", "value": rf"^jinja2\.ext\.{name}$"}
        )
        for name in ("autoescape", "with_")
    ],
    "werkzeug": [
        refuses("werkzeug.security.generate_password_hash", f"import werkzeug.security as s; s.generate_password_hash('a', method='{method}')", equal("method", 1, method))
        for method in ("sha256", "sha1", "md5", "sha512", "plain")
    ],
    "paho-mqtt": [
        refuses("paho.mqtt.client.Client", "import paho.mqtt.client as m; m.Client()", absent("callback_api_version", 0), absent("client_id", 1)),
        refuses("paho.mqtt.client.Client", "import paho.mqtt.client as m; m.Client('x')", {"argument": "callback_api_version", "place": 0, "is": "like", "value": ""}),
        refuses("paho.mqtt.client.Client", "import paho.mqtt.client as m; m.Client(client_id='x')", absent("callback_api_version", 0), keyword("client_id")),
    ],
    "beanie": [
        refuses(
            "beanie.init_beanie",
            "import asyncio, beanie, sys, types\nfrom motor.motor_asyncio import AsyncIOMotorClient\nclass T(beanie.Document):\n    a: int\n"
            "async def main():\n    await beanie.init_beanie(database=AsyncIOMotorClient('mongodb://localhost:1', serverSelectionTimeoutMS=1).todo, document_models=[T])\n"
            "try:\n    asyncio.run(main())\nexcept Exception as e:\n    if 'Timeout' not in type(e).__name__: raise",
            {"argument": "database", "place": 0, "is": "of", "value": "motor"},
        )
    ],
    "redis": each_keyword("redis.Redis", "import redis; redis.Redis({})", {"charset": "utf-8", "errors": "strict"}),
}

# class → an object of it to look at, where the class answers for attributes that it does not have
OBJECTS = {"pandas.DataFrame": "pandas.DataFrame([{'a': 1}])", "pandas.Series": "pandas.Series([1])"}

# distribution → what is called, and code that leaves what it gives in `given`
GIVEN = {
    "pyjwt": {"jwt.encode": "import jwt; given = jwt.encode({'a': 1}, 'k' * 32)"},
    "redis": {"redis.Redis.from_url": "import redis; given = redis.Redis.from_url('redis://localhost')"},
}
