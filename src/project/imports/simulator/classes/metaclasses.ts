import type { ClassValue } from "../../values.ts";
import { isBuiltinException } from "../builtins.ts";

/** Metaclasses by the base class that brings them; none of them knows `|`, and only those of enumerations can be gone through. */
const metaclasses: Readonly<Record<string, string>> = {
	"pydantic.main.BaseModel": "ModelMetaclass",
	"pydantic_settings.main.BaseSettings": "ModelMetaclass",
	"sqlmodel.main.SQLModel": "SQLModelMetaclass",
	"sqlalchemy.orm.decl_api.DeclarativeBase": "DeclarativeAttributeIntercept",
	"abc.ABC": "ABCMeta",
	"enum.Enum": "EnumMeta",
	"enum.IntEnum": "EnumMeta",
	"builtins.str": "type",
	"builtins.int": "type",
	"builtins.object": "type",
	"typing.NamedTuple": "type",
	"typing.Generic": "type",
};

/** The name of a class's metaclass, as Python 3.10 prints it; null where it is not known. */
export function metaclassOf(owner: ClassValue, depth = 0): string | null {
	if (owner.keywords.has("metaclass") || owner.bases.length !== owner.node.bases.length || depth > 20) return null;
	const found = new Set<string>();
	for (const base of owner.bases) {
		const name =
			base.kind === "class" ? metaclassOf(base, depth + 1) : base.kind === "external" ? ofLibrary(base.canonical) : null;
		if (name === null) return null;
		if (name !== "type") found.add(name);
	}
	if (found.size > 1) return null;
	return [...found][0] ?? "type";
}

function ofLibrary(canonical: string): string | null {
	if (Object.hasOwn(metaclasses, canonical)) return metaclasses[canonical] ?? null;
	return isBuiltinException(canonical.replace(/^builtins\./, "")) ? "type" : null;
}

/** The metaclass of a class that cannot be gone through; null where it can, or may. */
export function uniterableMetaclass(owner: ClassValue): string | null {
	const found = owner.decorators.length > 0 ? null : metaclassOf(owner);
	return found === "EnumMeta" ? null : found;
}
