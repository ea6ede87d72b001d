import { isSimilarName } from "../../../project/imports/nearest-module.ts";
import type { Call } from "../../../project/imports/trace.ts";
import { findKeyword, removeArguments } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { CallFault } from "./call-fault.ts";

/** `CascadeOptions` of sqlalchemy/orm/util.py. */
const cascades = ["all", "none", "save-update", "merge", "expunge", "delete", "delete-orphan", "refresh-expire"];

/** Both ways of naming the other side at once, and cascade options that there are not. */
export function relationshipArguments(call: Call): CallFault | null {
	return twoBackReferences(call) ?? unknownCascade(call) ?? unknownArgument(call) ?? defaultOfOthers(call);
}

/** `default=[]`: of dataclass defaults a relationship takes None alone, and factories for collections. */
function defaultOfOthers({ keywords, node, module }: Call): CallFault | null {
	const given = keywords.get("default");
	const keyword = findKeyword(node, "default");
	const isOther = given?.kind === "sequence" || given?.kind === "dict" || (given?.kind === "constant" && given.value !== null);
	if (!isOther || keyword?.name == null) return null;
	const factory = given.kind === "dict" ? "dict" : given.kind === "sequence" && given.type === "set" ? "set" : "list";
	return {
		problem: "A relationship is given a default that is not None",
		rootCause: "Every object needs a collection of its own: default_factory makes it, a default would be shared.",
		error: "sqlalchemy.exc.ArgumentError: Only 'None' is accepted as dataclass default for a relationship()",
		fixes: [
			{
				title: `Write default_factory=${factory}`,
				explanation: "Each object then begins with a collection of its own, which is empty.",
				applicability: "safe",
				edits: [replaceText(module, keyword.name.start, keyword.value.end, `default_factory=${factory}`)],
			},
		],
	};
}

/** The parameters of `relationship()` in SQLAlchemy 1.4 to 2.1; it hands all others on to a class that refuses them. */
const parameters = new Set(
	(
		"argument secondary primaryjoin secondaryjoin foreign_keys uselist order_by backref back_populates overlaps post_update cascade viewonly lazy " +
		"collection_class passive_deletes passive_updates remote_side enable_typechecks join_depth comparator_factory single_parent innerjoin " +
		"distinct_target_key doc active_history cascade_backrefs load_on_pending bake_queries query_class info omit_join sync_backref init repr default " +
		"default_factory compare kw_only hash dataclass_metadata extension"
	).split(" "),
);

function unknownArgument({ keywords, node, module, callee }: Call): CallFault | null {
	const name = [...keywords.keys()].find((each) => !parameters.has(each) && !each.startsWith("_"));
	if (name === undefined) return null;
	const written = findKeyword(node, name)?.name;
	const meant = [...parameters].filter((each) => isSimilarName(each, name) && !keywords.has(each));
	const [only, ...others] = meant;
	const isModern = callee.kind === "external" && callee.canonical.includes("_orm_constructors");
	return {
		problem: `A relationship has the argument ${name}, which there is not`,
		rootCause: `relationship() refuses arguments that it does not know${only === undefined ? "." : `; ${meant.join(" and ")} is of a like spelling.`}`,
		error: isModern
			? `TypeError: RelationshipProperty.__init__() got an unexpected keyword argument '${name}'`
			: `TypeError: relationship() got an unexpected keyword argument '${name}'`,
		fixes:
			written && only !== undefined && others.length === 0
				? [
						{
							title: `Spell the argument ${only}`,
							explanation: `That is the only one of a spelling like ${name}.`,
							applicability: "safe",
							edits: [replaceText(module, written.start, written.end, only)],
						},
					]
				: [],
	};
}

function twoBackReferences({ keywords, node, module }: Call): CallFault | null {
	const backref = findKeyword(node, "backref");
	const value = keywords.get("backref");
	const isNone = value?.kind === "constant" && value.value === null;
	if (!keywords.has("back_populates") || backref === null || isNone || value === undefined) return null;
	return {
		problem: "A relationship has both backref and back_populates",
		rootCause:
			"backref makes the relationship on the other side; back_populates names one that is there. Only one of them can be.",
		error: "sqlalchemy.exc.ArgumentError: backref and back_populates keyword arguments are mutually exclusive",
		fixes: [
			{
				title: "Keep back_populates",
				explanation: "The other class then needs a relationship of that name.",
				applicability: "safe",
				edits: removeArguments(module, node, [backref]),
			},
		],
	};
}

function unknownCascade({ keywords, module }: Call): CallFault | null {
	const cascade = keywords.get("cascade");
	if (cascade?.kind !== "constant" || typeof cascade.value !== "string") return null;
	const parts = cascade.value.split(/(?:(?<!\s)\s+)?,\s*/).filter((part) => part !== "");
	const wrong = parts.filter((part) => !cascades.includes(part));
	if (wrong.length === 0) return null;
	const { origin } = cascade;
	const meant = parts.map((part) =>
		cascades.includes(part) ? part : cascades.find((each) => each === part.replaceAll("_", "-") || isSimilarName(each, part)),
	);
	const isCertain = meant.every((each) => each !== undefined);
	return {
		problem: `A relationship has the cascade ${wrong.join(", ")}, which there is not`,
		rootCause: `The options are ${cascades.join(", ")}, with a comma between two.`,
		error: `sqlalchemy.exc.ArgumentError: Invalid cascade option(s): ${wrong
			.map((part) => `'${part}'`)
			.sort()
			.join(", ")}`,
		fixes:
			isCertain && origin?.type === "source" && origin.path === module.path
				? [
						{
							title: `Write "${meant.join(", ")}"`,
							explanation: "That is how the option is spelt.",
							applicability: "safe",
							edits: [replaceText(module, origin.range.start, origin.range.end, meant.join(", "))],
						},
					]
				: [],
	};
}
