import { expect, test } from "vitest";
import { auditBackend } from "../audit-backend.ts";

function faultsOf(line: string): readonly (string | null)[] {
	return auditBackend(
		"missing-environment-variable",
		`
#- requirements.txt
fastapi
uvicorn
boto3
#- main.py
import os

import boto3
from fastapi import FastAPI

${line}
app = FastAPI()
`,
	).map(({ expectedError }) => expectedError ?? null);
}

const error = "botocore.exceptions.NoRegionError: You must specify a region.";

test.each([
	'queue = boto3.client("sqs", region_name=os.getenv("AWS_REGION"))',
	'table = boto3.resource("dynamodb", region_name=os.environ.get("AWS_REGION"), endpoint_url="http://localhost:8000")',
	'secrets = boto3.Session(region_name=os.getenv("AWS_REGION")).client("secretsmanager")',
])("sees a region that nothing sets: %s", (line) => {
	expect(faultsOf(line)).toEqual([error]);
});

test.each([
	'files = boto3.client("s3", region_name=os.getenv("AWS_REGION"))',
	'queue = boto3.client("sqs")',
	'queue = boto3.client("sqs", region_name=os.getenv("AWS_REGION", "eu-west-1"))',
	'os.environ["AWS_DEFAULT_REGION"] = "eu-west-1"\nqueue = boto3.client("sqs", region_name=os.getenv("AWS_REGION"))',
	'queue = boto3.Session(profile_name="dev", region_name=os.getenv("AWS_REGION")).client("sqs")',
])("leaves alone what may have one: %s", (line) => {
	expect(faultsOf(line)).toEqual([]);
});
