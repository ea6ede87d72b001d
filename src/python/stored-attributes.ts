import type * as ast from "./ast.ts";
import { walk } from "./walk.ts";

/** The attributes that code sets on anything. */
export interface StoredAttributes {
	/** `port` of `self.port = 80`, `for self.port in ports`, `setattr(self, "port", 80)`. */
	readonly names: ReadonlySet<string>;
	/** Can it set others, which are not written down (`setattr(self, key, value)`, `self.__dict__`)? */
	readonly isOpen: boolean;
}

const known = new WeakMap<object, StoredAttributes>();

/** What a node's code sets, the functions within it included; walked once. */
export function storedAttributes(node: object): StoredAttributes {
	let stored = known.get(node);
	if (stored === undefined) {
		stored = collect(node);
		known.set(node, stored);
	}
	return stored;
}

/** May a node's code set an attribute of that name on something? */
export function mayStore(node: object, name: string): boolean {
	const { names, isOpen } = storedAttributes(node);
	return isOpen || names.has(name);
}

function collect(node: object): StoredAttributes {
	const names = new Set<string>();
	let isOpen = false;
	const add = (target: ast.Expression | null): void => {
		if (target?.type === "Attribute") names.add(target.attribute.name);
		else if (target?.type === "Starred") add(target.value);
		else if (target?.type === "Sequence") target.items.forEach(add);
	};
	walk(node, (each) => {
		switch (each.type) {
			case "Assign":
				each.targets.forEach(add);
				break;
			case "AnnAssign":
				if (each.value !== null) add(each.target);
				break;
			case "AugAssign":
			case "For":
				add(each.target);
				break;
			case "With":
				for (const { target } of each.items) add(target);
				break;
			case "Attribute":
				isOpen ||= each.attribute.name === "__dict__";
				break;
			case "Call": {
				if (!/^(setattr|__setattr__)$/.test(calledName(each))) break;
				const name = each.args.at(-2);
				if (name?.type === "Constant" && typeof name.value === "string") names.add(name.value);
				else isOpen = true;
			}
		}
	});
	return { names, isOpen };
}

/** `setattr` of `setattr(…)` and of `monkeypatch.setattr(…)`. */
function calledName({ callee }: ast.Call): string {
	return callee.type === "Name" ? callee.id : callee.type === "Attribute" ? callee.attribute.name : "";
}
