import { versionSatisfies } from "../../../../environment/pep440.ts";
import type * as ast from "../../../../python/ast.ts";
import type { ExternalValue, InstanceValue, Value } from "../../values.ts";
import { externalSymbol } from "../external.ts";
import type { Frame, Machine } from "../machine.ts";
import { failOperation } from "../refused-operations.ts";
import type { LibraryCall } from "./library-call.ts";

/** Client, database and collection of each of MongoDB's drivers; what one gives by a name is one of the next. */
const families: readonly (readonly [RegExp, string, string])[] = [
	[/^pymongo\.(?:\w+\.)*MongoClient$/, "pymongo.database.Database", "pymongo.collection.Collection"],
	[
		/^pymongo\.(?:\w+\.)*AsyncMongoClient$/,
		"pymongo.asynchronous.database.AsyncDatabase",
		"pymongo.asynchronous.collection.AsyncCollection",
	],
	[
		/^motor\.(?:\w+\.)*AsyncIOMotorClient$/,
		"motor.motor_asyncio.AsyncIOMotorDatabase",
		"motor.motor_asyncio.AsyncIOMotorCollection",
	],
];

/** `client["shop"]`, `client.shop`, `database["items"]`: what is asked of a driver's object by a name; null where that is none of these. */
export function namedInMongo(
	machine: Machine,
	owner: Value,
	members: "items" | "attributes",
	name: string,
): InstanceValue | null {
	if (owner.kind !== "instance" || owner.of.kind !== "external") return null;
	if (members === "attributes" && ownMembers.test(name)) return null;
	const next = nextOf(owner.of);
	return next === null ? null : objectOf(machine, next);
}

/** `client.get_database("shop")`; null for any other call. */
export function mongoCall({ machine, canonical, receiver }: LibraryCall): Value | null {
	if (receiver?.of.kind !== "external" || !/\.(?:get_database|get_default_database|get_collection)$/.test(canonical)) return null;
	const next = nextOf(receiver.of);
	return next === null ? null : objectOf(machine, next);
}

/** `if db:`, `collection or None`: a database and a collection refuse to say whether they are true. */
export function failOnTruth(machine: Machine, frame: Frame, value: Value, node: ast.Node): void {
	if (value.kind !== "instance" || value.of.kind !== "external") return;
	const { canonical } = value.of;
	if (!families.some(([, database, collection]) => canonical === database || canonical === collection)) return;
	// Before, PyMongo's were always true.
	const version = machine.environment.distributions.get("pymongo")?.version;
	if (version === undefined || versionSatisfies(version, ">=4") !== true) return;
	const shown = canonical.slice(canonical.lastIndexOf(".") + 1).replace("AsyncIOMotor", "");
	const name = shown.replace("Async", "").toLowerCase();
	const message = `${shown} objects do not implement truth value testing or bool(). Please compare with None instead: ${name} is not None`;
	failOperation(machine, frame, node, "NotImplementedError", message);
}

/** What these objects have themselves, all that `dir()` lists of PyMongo 4.17 and Motor 3.7. */
const ownMembers =
	/^(?:_.*|HOST|PORT|aclose|aconnect|address|aggregate|aggregate_raw_batches|append_metadata|arbiters|bulk_write|client|close|codec_options|command|count_documents|create_(?:collection|index|indexes|search_index|search_indexes)|cursor_command|database|delegate|delete_many|delete_one|dereference|distinct|drop|drop_(?:collection|database|index|indexes|search_index)|eq_props|estimated_document_count|find|find_\w+|full_name|get_\w+|index_information|insert_many|insert_one|io_loop|is_mongos|is_primary|list_\w+|name|next|nodes|options|primary|read_concern|read_preference|rename|replace_one|secondaries|server_info|start_session|topology_description|update_(?:many|one|search_index)|validate_collection|watch|with_options|wrap|write_concern)$/;

function nextOf({ canonical }: ExternalValue): string | null {
	for (const [client, database, collection] of families) {
		if (client.test(canonical)) return database;
		if (canonical === database || canonical === collection) return collection;
	}
	return null;
}

function objectOf(machine: Machine, canonical: string): InstanceValue {
	return { kind: "instance", of: externalSymbol(machine, canonical, null), attributes: new Map(), call: null };
}
