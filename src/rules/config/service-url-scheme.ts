import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { placeOfUrl } from "../../project/database/faulty-urls.ts";
import { serviceOfCall } from "../../project/database/service-clients.ts";
import { findWrittenValue } from "../../project/database/written-url.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { ConstantValue } from "../../project/imports/values.ts";

interface Evidence {
	readonly call: Call;
	readonly value: ConstantValue;
	readonly service: Service;
	/** The same URL with a scheme that the client knows; null where that would be a guess. */
	readonly better: string | null;
}

/** A client that reads its URL when it is made. */
interface Service {
	readonly name: "Redis" | "MongoDB";
	readonly schemes: readonly string[];
	readonly error: string;
}

const redis: Service = {
	name: "Redis",
	schemes: ["redis", "rediss", "unix"],
	error: "ValueError: Redis URL must specify one of the following schemes (redis://, rediss://, unix://)",
};
const mongo: Service = {
	name: "MongoDB",
	schemes: ["mongodb", "mongodb+srv"],
	error: "pymongo.errors.InvalidURI: Invalid URI scheme: URI must begin with 'mongodb://' or 'mongodb+srv://'",
};

const example = (url: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nredis\n",
	"main.py": `import redis
from fastapi import FastAPI

cache = redis.from_url("${url}")
app = FastAPI()
`,
});

export default defineRule<Evidence>({
	name: "service-url-scheme",
	category: "CONFIG",
	summary: "A client of Redis or MongoDB is given a URL without the scheme that it knows",
	story:
		"REDIS_URL=localhost:6379 names host and port and no scheme. The client reads its URL when it is made, which is while the application is imported.",
	references: [
		"https://redis.readthedocs.io/en/stable/connections.html#redis.Redis.from_url",
		"https://www.mongodb.com/docs/manual/reference/connection-string/",
	],
	example: { before: example("localhost:6379/0"), after: example("redis://localhost:6379/0") },

	*detect(project) {
		for (const call of project.trace.calls) {
			const service = call.reached ? serviceOf(call) : null;
			const value = call.args[0] ?? call.keywords.get(service?.name === "Redis" ? "url" : "host");
			if (service === null || value?.kind !== "constant" || typeof value.value !== "string" || value.isConverted) continue;
			// Without a slash MongoDB's client takes the text for the name of a host.
			if (service === mongo && !value.value.includes("/")) continue;
			if (service.schemes.some((scheme) => String(value.value).startsWith(`${scheme}://`))) continue;
			const { path, range } = placeOfUrl(project, value, call);
			yield {
				subject: `${call.module.name}:${service.name}`,
				path,
				range,
				evidence: { call, value, service, better: withScheme(service, value.value) },
			};
		}
	},

	describe({ evidence: { call, service } }) {
		return {
			severity: call.guarded ? "HIGH" : "CRITICAL",
			stage: call.stage,
			problem: `The URL of ${service.name} does not begin with ${service.schemes.map((scheme) => `${scheme}://`).join(" or ")}`,
			rootCause: `${call.module.path}:${call.module.lines.positionAt(call.node.start).line} makes the client, which reads its URL at once.`,
			expectedError: service.error,
			order: call.order,
			manualSteps: [`Write the URL with its scheme, such as ${service.schemes[0]}://host:port.`],
		};
	},

	fix({ evidence: { value, service, better } }, project): FixProposal | undefined {
		const written = findWrittenValue(project, value);
		const at = written?.text.indexOf(String(value.value)) ?? -1;
		if (written === null || better === null || at < 0 || value.value === "") return undefined;
		const start = written.range.start + at;
		return {
			title: `Write the URL of ${service.name} with its scheme`,
			explanation: `The client takes ${better.slice(0, better.indexOf("://") + 3)} and the same host.`,
			applicability: "review",
			edits: [{ path: written.path, range: { start, end: start + String(value.value).length }, newText: better }],
		};
	},
});

function serviceOf(call: Call): Service | null {
	const name = serviceOfCall(call);
	return name === "Redis" ? redis : name === "MongoDB" ? mongo : null;
}

/** `redis://` in front of a host, or in the place of a scheme that is none of the client's. */
function withScheme({ schemes: [scheme = ""] }: Service, text: string): string | null {
	const other = /^[a-z][a-z0-9+.-]*:\/\/(.+)$/i.exec(text)?.[1];
	const rest = other ?? text.replace(/^\/+/, "");
	return /^[^\s/]+/.test(rest) && !rest.includes("://") ? `${scheme}://${rest}` : null;
}
