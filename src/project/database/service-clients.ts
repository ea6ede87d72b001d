import type { Call } from "../imports/trace.ts";

/** Which service a call makes a client of that reads its URL at once; null for every other call. */
export function serviceOfCall({ callee }: Call): "Redis" | "MongoDB" | null {
	const name =
		callee.kind === "external"
			? callee.canonical
			: callee.kind === "bound-method" && callee.receiver.kind === "external"
				? `${callee.receiver.canonical}.${callee.name}`
				: "";
	if (/^redis\.(\w+\.)*((Strict)?Redis\.|ConnectionPool\.|BlockingConnectionPool\.)?from_url$/.test(name)) return "Redis";
	if (/^motor\.(\w+\.)*AsyncIOMotorClient$/.test(name)) return "MongoDB";
	return /^pymongo\.(\w+\.)*(Async)?MongoClient$/.test(name) ? "MongoDB" : null;
}
