import { classMember, isPlainExternalClass } from "../imports/simulator/external.ts";
import { isClosed } from "../imports/simulator/value-types.ts";
import type { ClassValue, ExternalValue, Value } from "../imports/values.ts";
import type { Project } from "../project.ts";

/** An object that is no mapping, where a mapping is asked for. */
export interface NoMapping {
	/** The name of its type as Python prints it. */
	readonly type: string;
	/** True where it can be looped over, and so may hand out pairs. */
	readonly isIterable: boolean;
}

/** What the object certainly is instead of a mapping; null where it may be one. */
export function noMapping({ environment }: Project, value: Value): NoMapping | null {
	if (value.kind !== "instance") return null;
	if (value.of.kind === "class") return ofOwnClass(value.of);
	return ofLibrary({ environment }, value.of);
}

function ofOwnClass(owner: ClassValue): NoMapping | null {
	const type = owner.node.name.name;
	const bare = { ...owner, decorators: owner.decorators.filter((decorator) => !isDataclass(decorator)) };
	if (hasMember(owner, "keys")) return null;
	if (isClosed(bare)) return { type, isIterable: hasMember(owner, "__iter__") || hasMember(owner, "__getitem__") };
	// A pydantic model is looped over as pairs of names and values.
	return owner.decorators.length === 0 && isModel(owner) ? { type, isIterable: true } : null;
}

function isDataclass(decorator: Value): boolean {
	const maker = decorator.kind === "instance" ? decorator.of : decorator;
	return maker.kind === "external" && maker.canonical === "dataclasses.dataclass";
}

function hasMember(owner: ClassValue, name: string): boolean {
	return owner.namespace.names.has(name) || owner.bases.some((base) => base.kind === "class" && hasMember(base, name));
}

function isModel(owner: ClassValue): boolean {
	const [base, ...others] = owner.bases;
	if (base === undefined || others.length > 0) return false;
	if (base.kind === "class") return isModel(base);
	return base.kind === "external" && /^pydantic(_settings)?\.(.*\.)?Base(Model|Settings)$/.test(base.canonical);
}

/** Classes whose decorator adds attributes, and functions that give their objects. */
const decorated: Readonly<Record<string, string>> = {
	"sqlalchemy.ext.asyncio.engine.AsyncEngine": "AsyncEngine",
	"sqlalchemy.ext.asyncio.engine.create_async_engine": "AsyncEngine",
	"sqlalchemy.engine.base.Engine": "Engine",
	"sqlalchemy.engine.create.create_engine": "Engine",
};

function ofLibrary(machine: Pick<Project, "environment">, { canonical, entry }: ExternalValue): NoMapping | null {
	const known = decorated[canonical];
	if (known !== undefined) return { type: known, isIterable: false };
	if (entry?.kind !== "class" || !isPlainExternalClass(machine, entry)) return null;
	const [keys, ...turns] = ["keys", "__iter__", "__getitem__"].map((name) => classMember(machine, entry, name));
	if (keys !== "absent" || turns.includes("unknown")) return null;
	return {
		type: canonical.slice(canonical.lastIndexOf(".") + 1),
		isIterable: turns.some((each) => each !== "absent"),
	};
}
