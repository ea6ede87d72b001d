import type * as ast from "../../python/ast.ts";
import { walk } from "../../python/walk.ts";
import { lookUpName, type NameScope } from "./name-scope.ts";
import type { TypeForm } from "./type-form.ts";

/** A name in an annotation that nothing binds. */
export interface UnboundName {
	readonly name: string;
	/** Where it stands as an item of `Literal[...]`, in which a text was meant; else null. */
	readonly inLiteral: ast.Name | null;
}

/** The first name of an annotation that nothing binds. */
export function unboundIn(form: TypeForm, scope: NameScope): string | null {
	const [first] = unboundNames(form, scope);
	return first?.name ?? null;
}

/**
 * The names of an annotation that nothing binds, in its scope: types, items of `Literal` and what stands in `Annotated`. What an alias
 * brings from another place was evaluated there.
 */
export function* unboundNames(form: TypeForm, scope: NameScope): Generator<UnboundName> {
	switch (form.kind) {
		case "unbound":
			yield { name: form.name, inLiteral: null };
			return;
		case "annotated":
			yield* unboundNames(form.type, scope);
			for (const each of form.metadata)
				if (each.scope === scope) for (const { id } of unboundReads(each.node, scope)) yield { name: id, inLiteral: null };
			return;
		case "union":
			for (const member of form.members) yield* unboundNames(member, scope);
			return;
		case "external":
		case "class":
			for (const argument of form.args ?? []) yield* unboundNames(argument, scope);
			return;
		case "literal":
			if (form.scope !== scope) return;
			for (const item of form.items)
				for (const found of unboundReads(item, scope)) yield { name: found.id, inLiteral: found === item ? found : null };
	}
}

/** The names that evaluating an expression asks for and nothing binds; what lambdas and comprehensions name is left out. */
function unboundReads(node: ast.Expression, scope: NameScope): readonly ast.Name[] {
	const found: ast.Name[] = [];
	walk(node, (each) => {
		if (each.type === "Lambda" || each.type === "Comprehension" || each.type === "NamedExpr") return false;
		if (each.type === "Name" && lookUpName(scope, each.id) === "unbound") found.push(each);
		return true;
	});
	return found;
}
