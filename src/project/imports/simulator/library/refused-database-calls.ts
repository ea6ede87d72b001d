import type { Value } from "../../values.ts";
import type { CallArguments } from "../machine.ts";
import { isSecret } from "./secret-objects.ts";

/** What a library says of an argument that it does not take. */
interface Refusal {
	readonly exception: string;
	readonly message: string;
	readonly more?: never;
}

const engineMaker = /^(sqlalchemy|sqlmodel)\..*\bcreate_(async_)?engine$/;
const signer = /^(jwt\.(api_jwt\.)?((PyJWT|_jwt_global_obj)\.)?|jose\.jwt\.)encode$/;

const listener = /^sqlalchemy\.event\.(api\.)?(listen|listens_for)$/;

/** An engine made of a function, a listener on an asynchronous engine, and a token signed with something else than a text: a secret that was not asked for it, or the method that gives it. */
export function refusedByDatabase(canonical: string, args: CallArguments): Refusal | null {
	if (args.open) return null;
	if (engineMaker.test(canonical)) return ofUrl(args.args[0] ?? args.keywords.get("url"));
	if (listener.test(canonical)) return ofListener(args.args[0] ?? args.keywords.get("target"));
	return signer.test(canonical) ? ofKey(canonical, args) : null;
}

function ofUrl(url: Value | undefined): Refusal | null {
	const shown = functionInWords(url);
	return shown === null
		? null
		: { exception: "sqlalchemy.exc.ArgumentError", message: `Expected string or URL object, got ${shown}` };
}

/** Events are those of the synchronous engine within (sqlalchemy/ext/asyncio/engine.py). */
function ofListener(target: Value | undefined): Refusal | null {
	const isAsync =
		target?.kind === "instance" && target.of.kind === "external" && /\.create_async_engine$/.test(target.of.canonical);
	const message =
		"asynchronous events are not implemented at this time.  Apply synchronous listeners to the AsyncEngine.sync_engine or AsyncConnection.sync_connection attributes.";
	return isAsync ? { exception: "NotImplementedError", message } : null;
}

function functionInWords(value: Value | undefined): string | null {
	if (value?.kind === "bound-method" && value.function?.node.type === "FunctionDef")
		return `<bound method ….${value.function.node.name.name} of …>`;
	const isPlain = value?.kind === "function" && value.decorators.length === 0 && value.node.type === "FunctionDef";
	return isPlain && value.node.type === "FunctionDef" ? `<function ${value.node.name.name} at 0x…>` : null;
}

/** The key of an HMAC, which PyJWT (`force_bytes`) and python-jose (`HMACKey`) take as a text or bytes. */
function ofKey(canonical: string, { args, keywords }: CallArguments): Refusal | null {
	const key = args[1] ?? keywords.get("key");
	const algorithm = args[2] ?? keywords.get("algorithm");
	const isHmac = algorithm === undefined || (algorithm.kind === "constant" && /^HS\d+$/.test(String(algorithm.value)));
	if (key === undefined || !isHmac || !isNoText(key)) return null;
	return canonical.startsWith("jose")
		? { exception: "jose.exceptions.JWTError", message: "Expecting a string- or bytes-formatted key." }
		: { exception: "TypeError", message: "Expected a string or bytes value" };
}

function isNoText(key: Value): boolean {
	return isSecret(key) || (key.kind === "bound-method" && key.name === "get_secret_value" && isSecret(key.receiver));
}
