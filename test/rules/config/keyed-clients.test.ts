import { expect, test } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const rule = "missing-environment-variable";

/** A backend that makes a client while it is imported. */
function backend(client: string, more: { readonly env?: string; readonly pin?: string } = {}): string {
	return `
#- requirements.txt
fastapi
uvicorn
python-dotenv
openai${more.pin ?? ""}
groq
google-genai
${more.env === undefined ? "" : `#- .env\n${more.env}\n`}#- main.py
import os
from dotenv import load_dotenv
from fastapi import FastAPI
from google import genai
from groq import Groq
from openai import AsyncOpenAI, OpenAI

load_dotenv()
settings_key = None
client = ${client}
app = FastAPI()
`;
}

test.each([
	["no key at all", "OpenAI()", "OPENAI_API_KEY"],
	["a variable that nothing sets", 'AsyncOpenAI(api_key=os.getenv("CHAT_KEY"))', "CHAT_KEY"],
	["a setting that is None", "OpenAI(api_key=settings_key)", "OPENAI_API_KEY"],
	["another client", "Groq()", "GROQ_API_KEY"],
	["one that takes several variables", "genai.Client()", "GOOGLE_API_KEY"],
])("a client of a service is not made with %s", (_, client, key) => {
	const issues = auditBackend(rule, backend(client));
	expect(issues.map(({ severity, problem }) => `${severity} ${problem}`)).toEqual([
		`CRITICAL ${key} is not in the environment of the server`,
	]);
});

test.each([
	["a key", 'OpenAI(api_key="sk-local")', {}],
	["a variable of the .env file that was loaded", "OpenAI()", { env: "OPENAI_API_KEY=sk-1" }],
	["something in the place of a key", "AsyncOpenAI(admin_api_key=settings())", {}],
	["a release that needs none", "OpenAI()", { pin: "==0.28.1" }],
	["a cloud in the place of a key", 'genai.Client(vertexai=True, project="p", location="eu")', {}],
	["arguments that cannot be seen", "OpenAI(**options())", {}],
])("a client is made with %s", (_, client, more) => {
	expect(auditBackend(rule, backend(client, more))).toEqual([]);
});

test("the words are those of the release", () => {
	const words = (pin: string) => auditBackend(rule, backend("OpenAI()", { pin }))[0]?.expectedError;
	expect(words("==1.60.0")).toMatch(/^openai\.OpenAIError: The api_key client option must be set/);
	expect(words("==3.0.0")).toMatch(/^openai\.OpenAIError: Missing credentials\./);
	expect(words("==2.40.0")).toBe("openai.OpenAIError");
});

test("the key goes into the file that is loaded", () => {
	expect(mendedFiles(rule, backend("OpenAI()", { env: "A=1" }))[".env"]).toContain("OPENAI_API_KEY=change-me");
});

/** The same for clients of whom only some releases ask for a key. */
function pinned(list: string, lines: string): string {
	return `
#- requirements.txt
fastapi
uvicorn
${list}
#- main.py
import os
from fastapi import FastAPI
${lines}
app = FastAPI()
`;
}

test.each([
	["cohere==5.13.0", "import cohere\nclient = cohere.ClientV2()", "CO_API_KEY"],
	["together==3.1.1", "from together import Together\nclient = Together()", "TOGETHER_API_KEY"],
	["deepgram-sdk==7.17.0", "from deepgram import DeepgramClient\nclient = DeepgramClient()", "DEEPGRAM_API_KEY"],
	["twilio==8.13.0", 'from twilio.rest import Client\nclient = Client("AC1", os.getenv("TWILIO_TOKEN"))', "TWILIO_TOKEN"],
	["stripe==11.0.0", 'import stripe\nclient = stripe.StripeClient(os.getenv("STRIPE_KEY"))', "STRIPE_KEY"],
	["aiogram==3.31.0", 'from aiogram import Bot\nbot = Bot(token=os.getenv("BOT_TOKEN"))', "BOT_TOKEN"],
	["python-telegram-bot==22.8", 'from telegram import Bot\nbot = Bot(os.getenv("BOT_TOKEN"))', "BOT_TOKEN"],
])("%s wants its key at once", (pin, lines, key) => {
	const issues = auditBackend(rule, pinned(pin, lines));
	expect(issues.map(({ severity, problem }) => `${severity} ${problem}`)).toEqual([
		`CRITICAL ${key} is not in the environment of the server`,
	]);
});

test.each([
	["tavily-python==0.8.5", "from tavily import TavilyClient\nclient = TavilyClient()"],
	["twilio==9.13.0", "from twilio.rest import Client\nclient = Client(None, None)"],
	["firecrawl-py==4.53.2", "from firecrawl import FirecrawlApp\nclient = FirecrawlApp()"],
	["firecrawl-py==4.3.0", 'from firecrawl import FirecrawlApp\nclient = FirecrawlApp(api_url="http://localhost:3002")'],
	["deepgram-sdk==7.17.0", 'from deepgram import DeepgramClient\nclient = DeepgramClient(access_token="t")'],
	["anthropic==2.12.0", "from anthropic import Anthropic\nclient = Anthropic()"],
	["stripe==16.1.0", 'import stripe\nstripe.api_key = os.getenv("STRIPE_KEY")'],
	["sendgrid==6.12.5", 'from sendgrid import SendGridAPIClient\nclient = SendGridAPIClient(os.getenv("SENDGRID_KEY"))'],
])("%s waits for its key until it is used", (pin, lines) => {
	expect(auditBackend(rule, pinned(pin, lines))).toEqual([]);
});
