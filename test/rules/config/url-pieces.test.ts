import { expect, test } from "vitest";
import { mendedFiles } from "../audit-backend.ts";

/** A backend whose URL is put together from variables, with the `.env` that it loads. */
const backend = (env: string, load: string) => `#- requirements.txt
fastapi
uvicorn
sqlalchemy>=2
psycopg2-binary
python-dotenv
#- .env
${env}
#- main.py
import os

from dotenv import load_dotenv
from fastapi import FastAPI
from sqlalchemy import create_engine

${load}
PASSWORD = os.getenv("DB_PASSWORD")
PORT = os.getenv("DB_PORT")
engine = create_engine(f"postgresql+psycopg2://app:{PASSWORD}@localhost:{PORT}/app")
engine.connect()
app = FastAPI()
`;

test("variables that nothing sets are added to the .env file that is loaded", () => {
	const files = mendedFiles("invalid-database-url", backend("DB_PASSWORD=app", "load_dotenv()"));
	expect(files[".env"]).toBe("DB_PASSWORD=app\nDB_PORT=5432\n");
});

test("they get defaults in the code where no file is loaded", () => {
	const files = mendedFiles("invalid-database-url", backend("OTHER=1", ""));
	expect(files["main.py"]).toContain('PORT = os.getenv("DB_PORT", "5432")');
});

test("a password that ends early is escaped where the URL is put together", () => {
	const files = mendedFiles("invalid-database-url", backend("DB_PASSWORD=p@ss/word\nDB_PORT=5432", "load_dotenv()"));
	expect(files["main.py"]).toContain("app:{quote_plus(PASSWORD)}@localhost");
	expect(files["main.py"]).toContain("from urllib.parse import quote_plus");
});
