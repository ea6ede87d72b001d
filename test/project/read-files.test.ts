import { expect, test } from "vitest";
import { bootmend, folderWith } from "../cli/support.ts";

/** What is missing for a backend that runs these lines while it is imported, by the lines Python prints. */
async function missingFor(lines: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<readonly unknown[]> {
	const folder = folderWith({
		"requirements.txt": "fastapi\nuvicorn\njoblib\npandas\nnumpy\ntorch\nfirebase-admin\ngoogle-auth\n",
		"src/__init__.py": "",
		"src/main.py": `import os
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import torch
from fastapi import FastAPI
from firebase_admin import credentials
from google.oauth2 import service_account

BASE = Path(__file__).parent
${lines.join("\n")}
app = FastAPI()
`,
		...more,
	});
	const { stdout } = await bootmend(folder, "audit", "--format", "json");
	const { issues } = JSON.parse(stdout) as { issues: { rule: string; severity: string; expected_error: string | null }[] };
	return issues
		.filter(({ rule }) => rule === "missing-startup-path")
		.map(({ severity, expected_error: error }) => `${severity} ${error}`);
}

test("packages cannot read files that are not there", async () => {
	const lines: readonly (readonly [string, string])[] = [
		['model = joblib.load("model.pkl")', "model.pkl"],
		['other = joblib.load(BASE / "models" / "other.pkl")', "src/models/other.pkl"],
		['rows = pd.read_csv("data/rows.csv", sep=";")', "data/rows.csv"],
		['weights = np.load(file="weights.npy")', "weights.npy"],
		['state = torch.load("model.pt", map_location="cpu")', "model.pt"],
		['key = credentials.Certificate(os.path.join("secrets", "key.json"))', "secrets/key.json"],
		['account = service_account.Credentials.from_service_account_file("key.json")', "key.json"],
	];
	expect(await missingFor([...lines.map(([line]) => line), 'table = pd.read_parquet("rows.parquet")'])).toEqual([
		...lines.map(([, path]) => `CRITICAL FileNotFoundError: [Errno 2] No such file or directory: '${path}'`),
		// pandas leaves this format to others, which have words of their own.
		"CRITICAL null",
	]);
});

test("packages read what is there, what is made before, and what is no file", async () => {
	const lines = [
		'there = joblib.load("there.pkl")',
		'rows = pd.read_csv("https://example.com/rows.csv")',
		'joblib.dump({}, "dumped.pkl")\ndumped = joblib.load("dumped.pkl")',
		'np.savez("made.npz", a=1)\nmade = np.load("made.npz")',
		'if os.path.exists("asked.pkl"):\n    asked = joblib.load("asked.pkl")',
		'try:\n    tried = joblib.load("tried.pkl")\nexcept FileNotFoundError:\n    tried = None',
		"def load(stream):\n    return joblib.load(stream)",
		'key = credentials.Certificate({"type": "service_account"})',
		"text = pd.read_json('[{\"a\": 1}]')",
	];
	expect(await missingFor(lines, { "there.pkl": "x" })).toEqual([]);
});
