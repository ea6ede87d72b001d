import type * as ast from "../../../../python/ast.ts";
import type { ExternalValue } from "../../values.ts";
import { type Frame, lookUp, type Machine } from "../machine.ts";
import { failOperation } from "../refused-operations.ts";

/** How many types the generic aliases of `typing` take (https://docs.python.org/3/library/typing.html#deprecated-aliases). */
const arity: Readonly<Record<string, number>> = {
	List: 1,
	Set: 1,
	FrozenSet: 1,
	Deque: 1,
	Type: 1,
	Iterable: 1,
	Iterator: 1,
	Sequence: 1,
	Awaitable: 1,
	AsyncIterator: 1,
	AsyncIterable: 1,
	Collection: 1,
	Dict: 2,
	DefaultDict: 2,
	OrderedDict: 2,
	Mapping: 2,
	MutableMapping: 2,
	AsyncGenerator: 2,
	Generator: 3,
	Coroutine: 3,
};

/** Those of which Python 3.13 knows what is not said: what is sent to a generator, and what it returns, is None. */
const sparing = new Set(["AsyncGenerator", "Generator"]);

/** `Dict[str]`, `List[int, str]`, `Optional[int, str]`, `Annotated[int]`: special forms and aliases of `typing` with a wrong number of types. */
export function failOnTypeArguments(machine: Machine, frame: Frame, owner: ExternalValue, node: ast.Subscript): void {
	const name = /^typing\.(\w+)$/.exec(owner.canonical)?.[1];
	if (name === undefined) return;
	const items = node.index.type === "Sequence" && node.index.kind === "tuple" ? node.index.items : [node.index];
	if (items.some((item) => item.type === "Starred")) return;
	const given = items.length;
	const wanted = arity[name];
	const { minor } = machine.environment.python;
	const isSpared = minor >= 13 && sparing.has(name) && given >= 1;
	if (wanted !== undefined && (isSpared ? given > wanted : given !== wanted)) {
		const few = given < wanted;
		const words = `Too ${few ? "few" : "many"} ${minor >= 11 ? "arguments" : "parameters"} for typing.${name}; actual ${given}, expected ${wanted}`;
		failOperation(machine, frame, node, "TypeError", words);
	} else if (name === "Callable" && given !== 2) {
		failOperation(machine, frame, node, "TypeError", "Callable must be used as Callable[[arg, ...], result].");
	} else if (name === "Annotated" && given < 2) {
		const words = "Annotated[...] should be used with at least two arguments (a type and an annotation).";
		failOperation(machine, frame, node, "TypeError", words);
	} else if (name === "Generic" && node.index.type === "Sequence" && items.length === 0) {
		failOperation(machine, frame, node, "TypeError", "Parameter list to Generic[...] cannot be empty");
	} else if (name === "Generic" && isRepeated(items)) {
		failOperation(machine, frame, node, "TypeError", "Parameters to Generic[...] must all be unique");
	} else if (name === "Generic" && items.some((item) => isPlainType(machine, frame, item))) {
		const words = "Parameters to Generic[...] must all be type variables or parameter specification variables.";
		failOperation(machine, frame, node, "TypeError", words);
	} else if (name === "Optional" && given > 1) {
		const shown = items.map((item) => `<class '${frame.module.text.slice(item.start, item.end)}'>`).join(", ");
		failOperation(machine, frame, node, "TypeError", `typing.Optional requires a single type. Got (${shown}).`);
	}
}

/** `Generic[T, T]`: a name stands for one type variable, whichever it is. */
function isRepeated(items: readonly ast.Expression[]): boolean {
	const names = items.flatMap((item) => (item.type === "Name" ? [item.id] : []));
	return new Set(names).size < names.length;
}

/** A built-in type, or a class, where a type variable is meant. */
function isPlainType(machine: Machine, frame: Frame, item: ast.Expression): boolean {
	if (item.type !== "Name" || machine.environment.python.minor < 9) return false;
	const value = (lookUp(frame.scope, item.id) ?? lookUp(frame.globals, item.id))?.value;
	if (value?.kind === "external") return value.entry?.kind === "class";
	if (value !== undefined) return value.kind === "class" && value.decorators.length === 0;
	return /^(?:str|int|float|bool|bytes|list|dict|set|tuple)$/.test(item.id);
}
