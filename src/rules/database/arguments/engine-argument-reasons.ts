import { isArgumentOfOtherDrivers, meantArgument, type RefusedValue } from "../../../project/database/engine-arguments.ts";
import { type EnginePool, poolArguments } from "../../../project/database/engine-pool.ts";
import { isSqlalchemyBefore } from "../../../project/database/sqlalchemy-driver.ts";
import type { Project } from "../../../project/project.ts";

/** What an engine does not take of the arguments that it is given. */
export interface RefusedArguments {
	readonly isAsync: boolean;
	/** The arguments that are refused, as they stand in the call. */
	readonly refused: readonly string[];
	readonly pool: EnginePool | null;
	/** The one that is refused for what it says, not for its name. */
	readonly value: RefusedValue | null;
}

/** A sentence for each of the refused arguments, or for several that have the same reason. */
export function reasonsFor({ isAsync, refused, pool, value }: RefusedArguments): readonly string[] {
	return [
		...(refused.some(isOfPool) && pool !== null
			? [
					`The pool is a ${pool.name}${pool.isNamed ? "" : ", which SQLAlchemy picks for this database"}, and takes no ${refused.filter(isOfPool).join(", ")}.`,
				]
			: []),
		...refused.flatMap(
			(name) =>
				foreignArguments[name] ?? (isOfPool(name) || name === "poolclass" || name === value?.name ? [] : [noSuchArgument(name)]),
		),
		...(value === null ? [] : [value.reason]),
		...(refused.includes("poolclass") && pool !== null
			? [`${pool.name} is made for ${isAsync ? "sync" : "async"} engines, and this one is ${isAsync ? "async" : "sync"}.`]
			: []),
	];
}

/** Does the argument go to the pool? */
export function isOfPool(name: string): boolean {
	return poolArguments.some((each) => each === name);
}

/** Arguments that people hand to create_engine and that belong elsewhere, with the sentence that says where; all tried on 2.0 and 2.1. */
const foreignArguments: Readonly<Record<string, string>> = {
	autocommit: "autocommit is no argument of an engine: sessions and connections begin transactions themselves.",
	autoflush: "autoflush belongs to the session factory.",
	expire_on_commit: "expire_on_commit belongs to the session factory.",
	class_: "class_ belongs to the session factory.",
	bind: "bind belongs to the session factory.",
	check_same_thread: 'check_same_thread belongs to the driver: connect_args={"check_same_thread": False}.',
	ssl: 'ssl belongs to the driver: connect_args={"ssl": ...}.',
	sslmode: 'sslmode belongs to the driver: connect_args={"sslmode": ...}.',
	timeout: 'timeout belongs to the driver: connect_args={"timeout": ...}.',
	connect_timeout: 'connect_timeout belongs to the driver: connect_args={"connect_timeout": ...}.',
	command_timeout: 'command_timeout belongs to the driver: connect_args={"command_timeout": ...}.',
	server_settings: 'server_settings belongs to the driver: connect_args={"server_settings": ...}.',
	statement_cache_size: 'statement_cache_size belongs to the driver: connect_args={"statement_cache_size": ...}.',
	charset: "charset belongs to the URL: ?charset=utf8mb4.",
	pool_max_overflow: "The argument is called max_overflow.",
	pool_min_size: "SQLAlchemy's pools have no minimum.",
	pool_max_size: "The argument is called pool_size.",
	min_size: "SQLAlchemy's pools have no minimum.",
	max_size: "The argument is called pool_size.",
	encoding: "SQLAlchemy 2 has no encoding argument.",
	convert_unicode: "SQLAlchemy 2 has no convert_unicode argument.",
};

function noSuchArgument(name: string): string {
	if (isArgumentOfOtherDrivers(name))
		return `${name} is an argument of other drivers' engines, which this driver's dialect does not take.`;
	const meant = meantArgument(name);
	return `Neither the engine nor its pool or dialect has an argument ${name}.${meant === null ? "" : ` ${meant} is the one of a like spelling.`}`;
}

/** Is that an argument of the session, of the driver, or of another library's pool? */
export function belongsElsewhere(name: string): boolean {
	return Object.hasOwn(foreignArguments, name);
}

/** Does this SQLAlchemy refuse it for that? 1.4 still took some of them. */
export function isForeignArgument(project: Project, name: string): boolean {
	if (!belongsElsewhere(name)) return false;
	return !["encoding", "convert_unicode"].includes(name) || isSqlalchemyBefore(project, "2.0.0b1") === false;
}
