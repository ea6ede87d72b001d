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
	/** The releases that ask for a key, where not all do; some that came later wait with it until the first request. */
	readonly releases?: string;
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
		releases: ">=1.0",
		keywords: ["api_key"],
		instead: ["workload_identity", "admin_api_key", "provider", "_enforce_credentials"],
		variables: ["OPENAI_API_KEY", "OPENAI_ADMIN_KEY"],
		exception: "openai.OpenAIError",
		message: openaiMessage,
	},
	{
		names: /^openai\.(?:lib\.azure\.)?(?:Async)?AzureOpenAI$/,
		distribution: "openai",
		releases: ">=1.0",
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
		releases: ">=3.0",
		keywords: ["api_key"],
		isFirst: true,
		instead: ["config"],
		variables: ["PINECONE_API_KEY"],
		exception: "pinecone.errors.exceptions.PineconeValueError",
		message: () => null,
	},
	{
		names: /^cohere\.(?:\w+\.)*(?:Async)?Client(?:V2)?$/,
		distribution: "cohere",
		releases: ">=5",
		keywords: ["api_key"],
		isFirst: true,
		instead: [],
		variables: ["CO_API_KEY"],
		exception: "cohere.core.api_error.ApiError",
		message: () => null,
	},
	{
		names: /^together\.(?:_client\.)?(?:Async)?Together$/,
		distribution: "together",
		releases: ">=3",
		keywords: ["api_key"],
		instead: [],
		variables: ["TOGETHER_API_KEY"],
		exception: "together.TogetherError",
		message: clientOption("TOGETHER_API_KEY"),
	},
	{
		names: /^deepgram\.(?:client\.)?(?:Async)?DeepgramClient$/,
		distribution: "deepgram-sdk",
		releases: ">=7",
		keywords: ["api_key"],
		instead: ["access_token"],
		variables: ["DEEPGRAM_API_KEY", "DEEPGRAM_ACCESS_TOKEN"],
		exception: "deepgram.core.api_error.ApiError",
		message: () => null,
	},
	{
		names: /^tavily\.(?:\w+\.)*(?:Async)?TavilyClient$/,
		distribution: "tavily-python",
		releases: ">=0.5,<0.8",
		keywords: ["api_key"],
		isFirst: true,
		instead: [],
		variables: ["TAVILY_API_KEY"],
		exception: "tavily.errors.MissingAPIKeyError",
		message: () => "No API key provided. Please provide the api_key attribute or set the TAVILY_API_KEY environment variable.",
	},
	{
		names: /^firecrawl\.(?:\w+\.)*(?:Async)?Firecrawl(?:App)?$/,
		distribution: "firecrawl-py",
		releases: ">=1.10,<=4.3",
		keywords: ["api_key"],
		isFirst: true,
		instead: ["api_url"],
		variables: ["FIRECRAWL_API_KEY", "FIRECRAWL_API_URL"],
		exception: "ValueError",
		message: () => "No API key provided",
	},
	{
		names: /^twilio\.rest\.Client$/,
		distribution: "twilio",
		releases: ">=7.16,<=9.0.5",
		keywords: ["username"],
		isFirst: true,
		instead: [],
		variables: ["TWILIO_ACCOUNT_SID"],
		exception: "twilio.base.exceptions.TwilioException",
		message: () => "Credentials are required to create a TwilioClient",
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
	const variable = given.map(unsetVariable).find((each) => each !== null) ?? { key: variables[0] ?? "", file: null };
	const consequence = `${name}() cannot be made without a key`;
	failOnUnset(machine, frame, node, { variable, consequence, exception, message });
}

function isNone(value: Value): boolean {
	return value.kind === "constant" && value.value === null;
}

/** A release that nobody knows counts as a new one. */
function isOfRelease({ environment }: Machine, { distribution, releases }: KeyedClient): boolean {
	if (releases === undefined) return true;
	const version = environment.distributions.get(distribution)?.version;
	return version === undefined ? !releases.includes("<") : versionSatisfies(version, releases) !== false;
}
