import type * as ast from "../../../../python/ast.ts";
import { isMadeBy } from "../../../database/sqlalchemy-values.ts";
import { type ExternalValue, type InstanceValue, unknown, type Value } from "../../values.ts";
import { failOnGeneratorMember } from "../async-misuse.ts";
import { classWithout, libraryEnumerations, printedOfInstance } from "../classes/library-classes.ts";
import { superMember } from "../classes/super-object.ts";
import { classMember, externalSymbol, isPlainExternalClass, memberOf, symbolEntry } from "../external.ts";
import { stateAttribute } from "../library/application-state.ts";
import { metadataClass, metadataOfBase, onlyOfMetadata } from "../library/base-metadata.ts";
import { namedInMongo } from "../library/mongo-objects.ts";
import { isSecret, lacksAttribute } from "../library/secret-objects.ts";
import { isScalarResultWithout, onlyOfSessions, sessionFactoryName } from "../library/session-objects.ts";
import { isNotLoaded } from "../library/unloaded-submodules.ts";
import { type Frame, failAt, type Machine } from "../machine.ts";
import { declaredContainer } from "./declared-container.ts";
import { failOnObject, failWithout } from "./fail-without.ts";
import { failOnLostAttribute } from "./lost-attribute.ts";

/** An attribute of a module or a class of a library. */
export function ofExternal(machine: Machine, frame: Frame, owner: ExternalValue, name: string, node: ast.Node): Value {
	if (!owner.isModule) return ofExternalClass(machine, frame, owner, name, node);
	const member = memberOf(machine, owner.name, name);
	if (member !== "absent" && !isNotLoaded(machine, owner.name, name)) return member;
	failAt(machine, frame, node, {
		detail: { type: "attribute-missing", owner: owner.name, name, cycle: null, via: "module" },
		exception: "AttributeError",
		message:
			ownRefusal(machine, owner.name, name) ??
			`module '${owner.name === "os.path" ? "posixpath" : owner.name}' has no attribute '${name}'`,
	});
	return externalSymbol(machine, `${owner.name}.${name}`, null);
}

/** What the `__getattr__` of a module says itself of a name that it does not have. */
function ownRefusal(machine: Machine, module: string, name: string): string | null {
	const found = machine.environment.findModule(module);
	const looked = found.found === "present" ? found.module.lookup(name) : null;
	return looked?.found === "absent" ? (looked.refusal ?? null) : null;
}

/**
 * An attribute of a class of a library: missing for certain only where class and bases are plain Python with visible bodies, in packages
 * that set no attributes on their classes from outside (as `datetime.min` is).
 */
function ofExternalClass(machine: Machine, frame: Frame, owner: ExternalValue, name: string, node: ast.Node): Value {
	if (/^sqlmodel\..*\bSQLModel\.metadata$/.test(owner.canonical) && lacksMember(machine, metadataClass, name)) {
		const message = `'MetaData' object has no attribute '${name}'`;
		failWithout(machine, frame, node, { owner: metadataClass, name, message });
		return unknown;
	}
	if (/^sqlmodel\..*\bSQLModel$/.test(owner.canonical) && onlyOfMetadata.has(name)) {
		// pydantic's metaclass raises with the bare name.
		failWithout(machine, frame, node, { owner: "SQLModel", name, message: name });
		return unknown;
	}
	const isMissing =
		plainPackages.test(owner.canonical) &&
		owner.entry?.kind === "class" &&
		isPlainExternalClass(machine, owner.entry) &&
		classMember(machine, owner.entry, name) === "absent";
	const printed = isMissing
		? owner.canonical.slice(owner.canonical.lastIndexOf(".") + 1)
		: machine.patched.has(`${owner.canonical}.${name}`)
			? null
			: classWithout(owner.canonical, name, machine.environment.python.minor);
	if (printed !== null) {
		// Enum's own look-up printed the bare name until 3.12.
		const isBare = libraryEnumerations.test(owner.canonical) && machine.environment.python.minor < 12;
		const message = isBare ? name : `type object '${printed}' has no attribute '${name}'`;
		failWithout(machine, frame, node, { owner: owner.canonical, name, message });
	} else failOnLostAttribute(machine, frame, owner, name, node, false);
	return externalSymbol(machine, `${owner.name}.${name}`, null);
}

function lacksMember(machine: Machine, canonical: string, name: string): boolean {
	return classMember(machine, symbolEntry(machine, canonical), name) === "absent";
}

/** Packages whose classes are plain Python: what their source does not define, their instances do not have. */
export const plainPackages =
	/^(fastapi|starlette|sqladmin|fastapi_users|fastapi_mail|fastapi_limiter|fastapi_cache|prometheus_fastapi_instrumentator|slowapi|asgi_correlation_id)\.|^sqlalchemy\.sql\.schema\.MetaData$/;

/** An attribute of an object of a library. */
export function ofExternalInstance(
	machine: Machine,
	frame: Frame,
	owner: InstanceValue,
	of: ExternalValue,
	name: string,
	node: ast.Node,
): Value {
	const method: Value = { kind: "bound-method", receiver: owner, name, function: null };
	if (failOnGeneratorMember(machine, frame, owner, name, node)) return unknown;
	if (onlyOfMetadata.has(name) && metadataOfBase(machine, owner) !== null) {
		const isRegistry = isMadeBy(owner, "registry");
		const message = isRegistry ? `'registry' object has no attribute '${name}'` : `type object 'Base' has no attribute '${name}'`;
		failWithout(machine, frame, node, { owner: isRegistry ? "registry" : "Base", name, message });
		return unknown;
	}
	const ofMongo = namedInMongo(machine, owner, "attributes", name);
	if (ofMongo !== null) return ofMongo;
	const metadata = name === "metadata" ? metadataOfBase(machine, owner) : null;
	if (metadata !== null) return metadata;
	const ofState = stateAttribute(machine, frame, owner, of, name, node);
	if (ofState !== null) return ofState;
	const without = machine.patched.has(`${of.canonical}.${name}`)
		? null
		: classWithout(of.canonical, name, machine.environment.python.minor);
	if (without !== null && !givesLoggersMore(machine, of, name)) {
		failOnObject(machine, frame, printedOfInstance(without), name, node);
		return unknown;
	}
	if (failOnLostAttribute(machine, frame, of, name, node, true)) return unknown;
	if (isSecret(owner) && lacksAttribute(name)) {
		failOnObject(machine, frame, "SecretStr", name, node);
		return unknown;
	}
	const factory = isScalarResultWithout(owner, name)
		? "ScalarResult"
		: onlyOfSessions.test(name)
			? sessionFactoryName(owner)
			: null;
	if (factory !== null) {
		failOnObject(machine, frame, factory, name, node);
		return unknown;
	}
	const inherited = of.canonical === "builtins.super" ? superMember(owner, name) : null;
	if (inherited !== null) return inherited;
	const { canonical, entry } = classOfMarker(machine, of);
	if (entry?.kind !== "class" || !plainPackages.test(canonical)) return method;
	const member = classMember(machine, entry, name);
	if (member === "unknown") return method;
	if (member === "absent") {
		const className = canonical.slice(canonical.lastIndexOf(".") + 1);
		const message = `'${className}' object has no attribute '${name}'`;
		failWithout(machine, frame, node, { owner: canonical, name, message });
		return unknown;
	}
	return declaredContainer(member) ?? (member.kind === "method" ? method : unknown);
}

/** `Depends(…)` is a function that makes an object of a class of the same name. */
function classOfMarker(machine: Machine, of: ExternalValue): Pick<ExternalValue, "canonical" | "entry"> {
	const name = /^fastapi\.param_functions\.(Depends|Security)$/.exec(of.canonical)?.[1];
	if (name === undefined) return of;
	const canonical = `fastapi.params.${name}`;
	return { canonical, entry: symbolEntry(machine, canonical) };
}

/** Loggers can be made of another class, and be given methods from outside. */
function givesLoggersMore(machine: Machine, of: ExternalValue, name: string): boolean {
	if (of.canonical !== "logging.getLogger") return false;
	if (machine.patched.has(`logging.Logger.${name}`)) return true;
	return machine.calls.some(
		({ callee }) => callee.kind === "external" && /^logging\.(setLoggerClass|addLevelName)$/.test(callee.canonical),
	);
}
