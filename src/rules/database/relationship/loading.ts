import { isSimilarName } from "../../../project/imports/nearest-module.ts";
import type { Relationship } from "../../../project/models/relationships.ts";
import { nameOf, type RelationshipFault } from "./relationship-fault.ts";

/** Loading strategies of all versions (`strategy_for(lazy=...)` in sqlalchemy/orm/strategies.py). */
const strategies = [
	"select",
	"joined",
	"selectin",
	"subquery",
	"immediate",
	"noload",
	"raise",
	"raise_on_sql",
	"dynamic",
	"write_only",
	"baked_select",
];

/** What people write for a strategy that is called otherwise, above all in other libraries. */
const meant: Readonly<Record<string, string>> = {
	eager: "joined",
	join: "joined",
	inner: "joined",
	select_in: "selectin",
	selectinload: "selectin",
	joinedload: "joined",
	subqueryload: "subquery",
	lazy: "select",
	true: "select",
	True: "select",
	false: "joined",
	False: "joined",
	none: "noload",
};

/** `lazy` names a way of loading that there is not. */
export function unknownLoading(relationship: Relationship): RelationshipFault | null {
	const lazy = relationship.option("lazy");
	if (lazy?.kind !== "constant" || typeof lazy.value !== "string") return null;
	const { value: name, origin } = lazy;
	if (strategies.includes(name)) return null;
	const better = meant[name] ?? strategies.find((each) => isSimilarName(each, name));
	return {
		relationship,
		problem: `${nameOf(relationship)} is to be loaded by lazy="${name}", which there is not`,
		rootCause: `The ways of loading are select, joined, selectin, subquery, immediate, raise, dynamic and write_only.`,
		error: `sqlalchemy.orm.exc.LoaderStrategyException: Can't find strategy (('lazy', '${name}'),) for ${nameOf(relationship)}`,
		fixes:
			better === undefined || origin?.type !== "source"
				? []
				: [
						{
							title: `Write lazy="${better}"`,
							explanation: `${better} is the way of loading that comes nearest.`,
							applicability: "review",
							edits: [{ path: origin.path, range: origin.range, newText: better }],
						},
					],
	};
}
