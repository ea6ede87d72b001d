import type * as ast from "../../../../python/ast.ts";
import { unknown, type Value } from "../../values.ts";
import type { Frame, Machine } from "../machine.ts";
import { failOperation } from "../refused-operations.ts";
import { typeName } from "../value-types.ts";
import { failOnUnset, unsetVariable } from "./unset-variable.ts";

/** `os.environ[name] = value`, which takes nothing but texts (`_Environ.encodevalue` of os.py). */
export function setVariable(machine: Machine, frame: Frame, name: Value, value: Value, node: ast.Node): void {
	const variable = unsetVariable(value);
	const type = typeName(value);
	if (variable !== null) {
		const message = "str expected, not NoneType";
		failOnUnset(machine, frame, node, { variable, consequence: "os.environ takes no None", exception: "TypeError", message });
	} else if (type !== null && type !== "str") failOperation(machine, frame, node, "TypeError", `str expected, not ${type}`);
	if (name.kind === "constant" && typeof name.value === "string")
		machine.environ.set(name.value, machine.uncertain > 0 ? unknown : value);
	else machine.environDynamic = true;
}
