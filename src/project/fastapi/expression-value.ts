import type * as ast from "../../python/ast.ts";
import type { Call } from "../imports/trace.ts";
import { type ExternalValue, type InstanceValue, unknown, type Value } from "../imports/values.ts";
import { lookUpName, type NameScope } from "../models/name-scope.ts";
import { valueOfName } from "../models/type-form.ts";
import type { Project } from "../project.ts";

/** What the expressions of signatures evaluate to: those that start-up evaluated from its trace, those of postponed annotations from their names. */
export class ExpressionValues {
	private readonly recorded = new Map<ast.Call, Call>();

	constructor(project: Project) {
		for (const call of project.trace.calls) this.recorded.set(call.node, call);
	}

	valueOf(node: ast.Expression, scope: NameScope): Value {
		switch (node.type) {
			case "Call":
				return this.recorded.get(node)?.result ?? this.evaluateCall(node, scope);
			case "Constant":
				if (node.literal === "bytes") return unknown;
				return { kind: "constant", value: node.literal === "ellipsis" ? undefined : node.value, origin: null };
			case "Lambda": {
				const [nearest] = scope.namespaces;
				return nearest === undefined ? unknown : { kind: "function", node, module: scope.module, decorators: [], scope: nearest };
			}
			case "Sequence":
				return {
					kind: "sequence",
					type: node.kind,
					items: node.items.map((item) => this.valueOf(item, scope)),
					complete: node.items.every((item) => item.type !== "Starred"),
				};
			case "Name":
			case "Attribute":
				return valueOfName(node, scope) ?? unknown;
			default:
				return unknown;
		}
	}

	/** Is the name certainly bound by nothing? */
	isUnbound(node: ast.Expression, scope: NameScope): boolean {
		return node.type === "Name" && lookUpName(scope, node.id) === "unbound";
	}

	private evaluateCall(node: ast.Call, scope: NameScope): Value {
		const callee = valueOfName(node.callee, scope);
		if (callee === null || callee.kind !== "external") return unknown;
		return this.instanceOf(callee, node, scope);
	}

	private instanceOf(callee: ExternalValue, node: ast.Call, scope: NameScope): InstanceValue {
		const call: Call = {
			callee,
			args: node.args.map((argument) => this.valueOf(argument, scope)),
			keywords: new Map(
				node.keywords.flatMap(({ name, value }) => (name === null ? [] : [[name.name, this.valueOf(value, scope)] as const])),
			),
			open: node.args.some((argument) => argument.type === "Starred") || node.keywords.some(({ name }) => name === null),
			node,
			module: scope.module,
			stage: "import",
			order: 0,
			reached: true,
			guarded: false,
			result: unknown,
		};
		const result: InstanceValue = { kind: "instance", of: callee, attributes: new Map(), call };
		call.result = result;
		return result;
	}
}
