import { expect, test } from "vitest";
import { auditBackend } from "../audit-backend.ts";

/** The faults of a backend that runs this line while it is imported, all rules of variables and exceptions asked. */
function faultsOf(line: string): readonly string[] {
	const backend = `
#- requirements.txt
fastapi
uvicorn
redis
httpx
supabase
itsdangerous
firebase-admin
fastapi-mail
motor
elasticsearch
#- main.py
import os

import httpx
import redis
from elasticsearch import Elasticsearch
from fastapi import FastAPI
from fastapi_mail import ConnectionConfig
from firebase_admin import credentials
from itsdangerous import URLSafeTimedSerializer
from motor.motor_asyncio import AsyncIOMotorClient
from supabase import create_client

${line}
app = FastAPI()
`;
	return ["missing-environment-variable", "startup-exception"].flatMap((rule) =>
		auditBackend(rule, backend).map(({ severity, problem, expectedError }) => `${severity} ${problem} | ${expectedError}`),
	);
}

const unset = (error: string) => [`CRITICAL KEY is not in the environment of the server | ${error}`];

test.each([
	['cache = redis.from_url(os.getenv("KEY"))', "AttributeError: 'NoneType' object has no attribute 'startswith'"],
	['cache = redis.Redis.from_url(url=os.getenv("KEY"))', "AttributeError: 'NoneType' object has no attribute 'startswith'"],
	[
		'client = httpx.AsyncClient(base_url=os.environ.get("KEY"))',
		"TypeError: Invalid type for url.  Expected str or httpx.URL, got <class 'NoneType'>: None",
	],
	[
		'db = create_client("https://x.supabase.co", os.getenv("KEY"))',
		"supabase._sync.client.SupabaseException: supabase_key is required",
	],
	['signer = URLSafeTimedSerializer(os.getenv("KEY"))', "TypeError: 'NoneType' object is not iterable"],
	['search = Elasticsearch(os.getenv("KEY"))', "ValueError: Either 'hosts' or 'cloud_id' must be specified"],
	['api = FastAPI(title=os.getenv("KEY"))', "AssertionError: A title must be provided for OpenAPI, e.g.: 'My API'"],
	[
		'mail = ConnectionConfig(MAIL_FROM=os.getenv("KEY"), MAIL_PORT=587)',
		"pydantic_core._pydantic_core.ValidationError: 1 validation error for ConnectionConfig",
	],
	[
		'mail = ConnectionConfig(MAIL_FROM=os.getenv("KEY"), MAIL_PORT=len(os.environ))',
		"pydantic_core._pydantic_core.ValidationError",
	],
	[
		'db = AsyncIOMotorClient("mongodb://localhost")[os.getenv("KEY")]',
		"TypeError: name must be an instance of str, not <class 'NoneType'>",
	],
])("a package takes no None: %s", (line, error) => {
	expect(faultsOf(line)).toEqual(unset(error));
});

test.each([
	'cache = redis.from_url(os.getenv("KEY", "redis://localhost"))',
	'cache = redis.Redis(host=os.getenv("KEY"))',
	'client = AsyncIOMotorClient(os.getenv("KEY"))',
	'search = Elasticsearch(os.getenv("KEY"), cloud_id="a:b")',
	'api = FastAPI(title=os.getenv("KEY"), openapi_url=None)',
	'mail = ConnectionConfig(MAIL_FROM="a@example.com", MAIL_FROM_NAME=os.getenv("KEY"))',
	'api = FastAPI(description=os.getenv("KEY"))',
	'client = httpx.AsyncClient(**{"base_url": os.getenv("KEY") or ""})',
])("a package does without: %s", (line) => {
	expect(faultsOf(line)).toEqual([]);
});
