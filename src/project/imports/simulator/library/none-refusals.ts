import { versionSatisfies } from "../../../../environment/pep440.ts";
import type * as ast from "../../../../python/ast.ts";
import type { Value } from "../../values.ts";
import type { Frame, Machine } from "../machine.ts";
import type { LibraryCall } from "./library-call.ts";
import { failOnUnset, unsetVariable } from "./unset-variable.ts";

/** An argument for which a package takes no None; each was called with one, and what it printed is what stands here. */
interface RefusedNone {
	/** Canonical dotted names, those of packages of which only the name is known included. */
	readonly names: RegExp;
	readonly keyword: string;
	/** The place of the argument; null where it can be named only. */
	readonly position: number | null;
	/** Keywords that do instead. */
	readonly instead?: readonly string[];
	readonly distribution: string;
	/** The releases that were tried. */
	readonly releases: string;
	readonly exception: string;
	readonly message: string;
}

const supabase = {
	names: /^supabase\.(?:\w+\.)*create_client$/,
	distribution: "supabase",
	releases: ">=2",
	exception: "supabase._sync.client.SupabaseException",
};

const refused: readonly RefusedNone[] = [
	{
		names: /^redis\.(?!asyncio\b)(?:\w+\.)*from_url$/,
		keyword: "url",
		position: 0,
		distribution: "redis",
		releases: ">=4.6",
		exception: "AttributeError",
		message: "'NoneType' object has no attribute 'startswith'",
	},
	{
		names: /^redis\.asyncio\.(?:\w+\.)*from_url$/,
		keyword: "url",
		position: 0,
		distribution: "redis",
		releases: ">=4.6,<6",
		exception: "ValueError",
		message: "Redis URL must specify one of the following schemes (redis://, rediss://, unix://)",
	},
	{ ...supabase, keyword: "supabase_url", position: 0, message: "supabase_url is required" },
	{ ...supabase, keyword: "supabase_key", position: 1, message: "supabase_key is required" },
	{
		names: /^stripe\.(?:_stripe_client\.)?StripeClient$/,
		keyword: "api_key",
		position: 0,
		distribution: "stripe",
		releases: ">=11",
		exception: "stripe._error.AuthenticationError",
		message:
			'No API key provided. (HINT: set your API key using "client = stripe.StripeClient(<API-KEY>)"). You can generate API keys from the Stripe web interface. See https://stripe.com/api for details, or email support@stripe.com if you have any questions.',
	},
	{
		names: /^twilio\.rest\.Client$/,
		keyword: "password",
		position: 1,
		distribution: "twilio",
		releases: ">=7.16,<=9.0.5",
		exception: "twilio.base.exceptions.TwilioException",
		message: "Credentials are required to create a TwilioClient",
	},
	{
		names: /^telegram\.(?:_bot\.)?Bot$/,
		keyword: "token",
		position: 0,
		distribution: "python-telegram-bot",
		releases: ">=20",
		exception: "telegram.error.InvalidToken",
		message: "You must pass the token you received from https://t.me/Botfather!",
	},
	{
		names: /^aiogram\.(?:client\.bot\.)?Bot$/,
		keyword: "token",
		position: 0,
		distribution: "aiogram",
		releases: ">=3.4",
		exception: "aiogram.utils.token.TokenValidationError",
		message: "Token is invalid! It must be 'str' type instead of <class 'NoneType'> type.",
	},
	{
		names: /^algoliasearch\.search\.client\.SearchClient(?:Sync)?$/,
		keyword: "app_id",
		position: 0,
		distribution: "algoliasearch",
		releases: ">=4.10",
		exception: "AssertionError",
		message: "`app_id` is missing.",
	},
	{
		names: /^httpx\.(?:_client\.)?(?:Async)?Client$/,
		keyword: "base_url",
		position: null,
		distribution: "httpx",
		releases: ">=0.20",
		exception: "TypeError",
		message: "Invalid type for url.  Expected str or httpx.URL, got <class 'NoneType'>: None",
	},
	{
		names: /^itsdangerous\.(?:\w+\.)?(?:URLSafeTimedSerializer|URLSafeSerializer|TimestampSigner|Signer)$/,
		keyword: "secret_key",
		position: 0,
		distribution: "itsdangerous",
		releases: ">=2",
		exception: "TypeError",
		message: "'NoneType' object is not iterable",
	},
	{
		names: /^firebase_admin\.credentials\.Certificate$/,
		keyword: "cert",
		position: 0,
		distribution: "firebase-admin",
		releases: ">=6",
		exception: "ValueError",
		message:
			'Invalid certificate argument: "None". Certificate argument must be a file path, or a dict containing the parsed file contents.',
	},
	{
		names: /^elasticsearch\.(?:\w+\.)*(?:Async)?Elasticsearch$/,
		keyword: "hosts",
		position: 0,
		instead: ["cloud_id"],
		distribution: "elasticsearch",
		releases: ">=8",
		exception: "ValueError",
		message: "Either 'hosts' or 'cloud_id' must be specified",
	},
	{
		names: /^fastapi\.(?:applications\.)?FastAPI$/,
		keyword: "title",
		position: null,
		instead: ["openapi_url"],
		distribution: "fastapi",
		releases: ">=0.60",
		exception: "AssertionError",
		message: "A title must be provided for OpenAPI, e.g.: 'My API'",
	},
	{
		names: /^fastapi\.(?:applications\.)?FastAPI$/,
		keyword: "version",
		position: null,
		instead: ["openapi_url"],
		distribution: "fastapi",
		releases: ">=0.60",
		exception: "AssertionError",
		message: "A version must be provided for OpenAPI, e.g.: '2.1.0'",
	},
];

/** Notes a variable that nothing sets where a package is given it and takes no None. */
export function failOnNone({ machine, frame, canonical, args, node }: LibraryCall): void {
	if (args.open) return;
	for (const { names, keyword, position, instead = [], distribution, releases, exception, message } of refused) {
		if (!names.test(canonical) || instead.some((name) => args.keywords.has(name))) continue;
		const given = args.keywords.get(keyword) ?? (position === null ? undefined : args.args[position]);
		const variable = unsetVariable(given);
		const version = machine.environment.distributions.get(distribution)?.version;
		// A release that nobody knows counts as a new one.
		const isOfRelease = version === undefined ? !releases.includes("<") : versionSatisfies(version, releases) !== false;
		if (variable === null || !isOfRelease) continue;
		const consequence = `${canonical.slice(canonical.lastIndexOf(".") + 1)}() gets None for ${keyword}`;
		failOnUnset(machine, frame, node, { variable, consequence, exception, message });
		return;
	}
}

/** `client[os.getenv("DATABASE_NAME")]`: a database of MongoDB needs a name. */
export function failOnUnnamed(machine: Machine, frame: Frame, owner: Value, index: Value, node: ast.Subscript): boolean {
	const variable = unsetVariable(index);
	if (variable === null || owner.kind !== "instance" || owner.of.kind !== "external") return false;
	if (!/^(?:pymongo|motor)\.(?:\w+\.)*(?:MongoClient|AsyncMongoClient|AsyncIOMotorClient)$/.test(owner.of.canonical))
		return false;
	const version = machine.environment.distributions.get("pymongo")?.version;
	const words = version === undefined || versionSatisfies(version, ">=4.12") !== false ? ", not <class 'NoneType'>" : "";
	failOnUnset(machine, frame, node, {
		variable,
		consequence: "a database is asked for by None",
		exception: "TypeError",
		message: `name must be an instance of str${words}`,
	});
	return true;
}
