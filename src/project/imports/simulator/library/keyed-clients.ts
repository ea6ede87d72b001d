import { versionSatisfies } from "../../../../environment/pep440.ts";
import type { Value } from "../../values.ts";
import type { Machine } from "../machine.ts";
import type { LibraryCall } from "./library-call.ts";
import { failOnUnset, unsetVariable } from "./unset-variable.ts";

/** A client of a service that cannot be made without a key; all were made without one, and what they printed is what stands here. */
interface KeyedClient {
	/** Canonical dotted names, those of packages of which only the name is known included. */
	readonly names: RegExp;
	readonly distribution: string;
	/** Releases before this one make the client without a key, or ask other places for one. */
	readonly since?: string;
	/** The keywords of its key, of which the first may be the first argument too where `isFirst` is set. */
	readonly keywords: readonly string[];
	readonly isFirst?: true;
	/** Keywords that do instead. */
	readonly instead: readonly string[];
	/** Variables that it asks for a key where it is given none. */
	readonly variables: readonly string[];
	readonly exception: string;
	/** What follows the exception; null for a release whose words are not known. */
	readonly message: (version: string | null) => string | null;
}

const clientOption = (variable: string) => () =>
	`The api_key client option must be set either by passing api_key to the client or by setting the ${variable} environment variable`;

/** openai reworded what it says between 2.30 and 2.44. */
function openaiMessage(version: string | null): string | null {
	if (version === null) return null;
	if (versionSatisfies(version, "<=2.30") === true) return clientOption("OPENAI_API_KEY")();
	return versionSatisfies(version, ">=2.44") === true
		? "Missing credentials. Please pass an `api_key`, `workload_identity`, `admin_api_key`, or set the `OPENAI_API_KEY` or `OPENAI_ADMIN_KEY` environment variable."
		: null;
}

const clients: readonly KeyedClient[] = [
	{
		names: /^openai\.(?:_client\.)?(?:Async)?OpenAI$/,
		distribution: "openai",
		since: "1.0",
		keywords: ["api_key"],
		instead: ["workload_identity", "admin_api_key", "provider", "_enforce_credentials"],
		variables: ["OPENAI_API_KEY", "OPENAI_ADMIN_KEY"],
		exception: "openai.OpenAIError",
		message: openaiMessage,
	},
	{
		names: /^openai\.(?:lib\.azure\.)?(?:Async)?AzureOpenAI$/,
		distribution: "openai",
		since: "1.0",
		keywords: ["api_key"],
		instead: ["azure_ad_token", "azure_ad_token_provider", "_enforce_credentials"],
		variables: ["AZURE_OPENAI_API_KEY", "AZURE_OPENAI_AD_TOKEN"],
		exception: "openai.OpenAIError",
		message: () => null,
	},
	{
		names: /^langchain_openai\.(?:\w+\.)*(?:ChatOpenAI|OpenAIEmbeddings|OpenAI)$/,
		distribution: "langchain-openai",
		keywords: ["api_key", "openai_api_key"],
		instead: ["client", "async_client", "root_client", "root_async_client"],
		variables: ["OPENAI_API_KEY", "OPENAI_ADMIN_KEY"],
		exception: "openai.OpenAIError",
		message: () => null,
	},
	{
		names: /^groq\.(?:_client\.)?(?:Async)?Groq$/,
		distribution: "groq",
		keywords: ["api_key"],
		instead: [],
		variables: ["GROQ_API_KEY"],
		exception: "groq.GroqError",
		message: clientOption("GROQ_API_KEY"),
	},
	{
		names: /^langchain_groq\.(?:chat_models\.)?ChatGroq$/,
		distribution: "langchain-groq",
		keywords: ["api_key", "groq_api_key"],
		instead: ["client", "async_client"],
		variables: ["GROQ_API_KEY"],
		exception: "groq.GroqError",
		message: clientOption("GROQ_API_KEY"),
	},
	{
		names: /^google\.genai\.(?:client\.)?Client$/,
		distribution: "google-genai",
		keywords: ["api_key"],
		instead: ["vertexai", "enterprise", "credentials", "project", "location", "http_options", "debug_config"],
		variables: ["GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_ENTERPRISE"],
		exception: "ValueError",
		message: () => null,
	},
	{
		names: /^pinecone\.(?:\w+\.)*Pinecone$/,
		distribution: "pinecone",
		since: "3.0",
		keywords: ["api_key"],
		isFirst: true,
		instead: ["config"],
		variables: ["PINECONE_API_KEY"],
		exception: "pinecone.errors.exceptions.PineconeValueError",
		message: () => null,
	},
];

/** Notes a client that is made without the key which it needs, where nothing sets the variable either that it asks for one. */
export function failOnMissingKey({ machine, frame, canonical, args, node }: LibraryCall): void {
	const client = clients.find(({ names }) => names.test(canonical));
	if (client === undefined || args.open || !isOfRelease(machine, client)) return;
	const { keywords, isFirst, instead, variables, exception } = client;
	const given = [...keywords.map((name) => args.keywords.get(name)), ...(isFirst === true ? [args.args[0]] : [])];
	if (isFirst !== true && args.args.length > 0) return;
	const isGiven = [...given, ...instead.map((name) => args.keywords.get(name))].some(
		(value) => value !== undefined && !isNone(value),
	);
	const isSet = machine.environDynamic || variables.some((name) => machine.environ.has(name));
	if (isGiven || isSet) return;
	const message = client.message(machine.environment.distributions.get(client.distribution)?.version ?? null);
	const name = canonical.slice(canonical.lastIndexOf(".") + 1);
	const key = given.map(unsetVariable).find((each) => each !== null) ?? variables[0] ?? "";
	const consequence = `${name}() cannot be made without a key`;
	failOnUnset(machine, frame, node, { key, consequence, exception, message });
}

function isNone(value: Value): boolean {
	return value.kind === "constant" && value.value === null;
}

function isOfRelease({ environment }: Machine, { distribution, since }: KeyedClient): boolean {
	const version = environment.distributions.get(distribution)?.version;
	return since === undefined || version === undefined || versionSatisfies(version, `>=${since}`) !== false;
}
