/** Python's built-in types, as canonical names have them: `builtins.str`. */
const builtinTypes = /^builtins\.(int|str|float|bool|bytes|list|dict|set|tuple|frozenset|object|type|complex)$/;

export function isBuiltinType(canonical: string): boolean {
	return builtinTypes.test(canonical);
}
