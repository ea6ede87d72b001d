/**
 * The abstract syntax of one Python file, named as in CPython's `ast` module (https://docs.python.org/3/library/ast.html).
 * Plain data; `start` and `end` are UTF-16 offsets into the text it was parsed from.
 */
interface Located {
	readonly start: number;
	readonly end: number;
}

export interface Identifier extends Located {
	readonly name: string;
}

export interface Module extends Located {
	readonly type: "Module";
	readonly body: readonly Statement[];
	/** Where the text is no Python; the body holds what could be understood around it. */
	readonly errors: readonly SyntaxFault[];
	/** Names after `from __future__ import`. */
	readonly futures: ReadonlySet<string>;
	/** Offset of the first expression or branch that is nested too deep to be read, and left out, or null. */
	readonly cutAt: number | null;
}

/** A stretch of text the grammar has no place for. */
export interface SyntaxFault extends Located {
	/** In CPython's words where we know them (`expected ':'`), else `invalid syntax`. */
	readonly message: string;
	/** `SyntaxError`, `IndentationError` or `TabError`. */
	readonly exception: "SyntaxError" | "IndentationError" | "TabError";
	/** Offset of the token at which CPython gives up, where that is not the start. */
	readonly near?: number;
}

export type Statement =
	| FunctionDef
	| ClassDef
	| Return
	| Delete
	| Assign
	| AugAssign
	| AnnAssign
	| TypeAlias
	| For
	| While
	| If
	| With
	| Match
	| Raise
	| Try
	| Assert
	| Import
	| ImportFrom
	| Global
	| Nonlocal
	| ExpressionStatement
	| Pass
	| Break
	| Continue;

export interface FunctionDef extends Located {
	readonly type: "FunctionDef";
	readonly isAsync: boolean;
	readonly name: Identifier;
	readonly parameters: readonly Parameter[];
	readonly returns: Expression | null;
	readonly decorators: readonly Expression[];
	readonly typeParameters: readonly Identifier[];
	readonly body: readonly Statement[];
}

export interface Parameter extends Located {
	readonly name: Identifier;
	readonly kind: "positional-only" | "positional" | "var-positional" | "keyword-only" | "var-keyword";
	readonly annotation: Expression | null;
	readonly default: Expression | null;
}

export interface ClassDef extends Located {
	readonly type: "ClassDef";
	readonly name: Identifier;
	readonly bases: readonly Expression[];
	readonly keywords: readonly Keyword[];
	readonly decorators: readonly Expression[];
	readonly typeParameters: readonly Identifier[];
	readonly body: readonly Statement[];
}

export interface Return extends Located {
	readonly type: "Return";
	readonly value: Expression | null;
}

export interface Delete extends Located {
	readonly type: "Delete";
	readonly targets: readonly Expression[];
}

/** `a = b = value` has two targets. */
export interface Assign extends Located {
	readonly type: "Assign";
	readonly targets: readonly Expression[];
	readonly value: Expression;
}

export interface AugAssign extends Located {
	readonly type: "AugAssign";
	readonly target: Expression;
	/** `+=` and its like, as written. */
	readonly operator: string;
	readonly value: Expression;
}

export interface AnnAssign extends Located {
	readonly type: "AnnAssign";
	readonly target: Expression;
	readonly annotation: Expression;
	readonly value: Expression | null;
}

export interface TypeAlias extends Located {
	readonly type: "TypeAlias";
	readonly name: Expression;
	readonly value: Expression;
}

export interface For extends Located {
	readonly type: "For";
	readonly isAsync: boolean;
	readonly target: Expression;
	readonly iterable: Expression;
	readonly body: readonly Statement[];
	readonly orelse: readonly Statement[];
}

export interface While extends Located {
	readonly type: "While";
	readonly test: Expression;
	readonly body: readonly Statement[];
	readonly orelse: readonly Statement[];
}

/** An `elif` is an If alone in `orelse`. */
export interface If extends Located {
	readonly type: "If";
	readonly test: Expression;
	readonly body: readonly Statement[];
	readonly orelse: readonly Statement[];
}

export interface WithItem extends Located {
	readonly context: Expression;
	readonly target: Expression | null;
}

export interface With extends Located {
	readonly type: "With";
	readonly isAsync: boolean;
	readonly items: readonly WithItem[];
	readonly body: readonly Statement[];
}

export interface MatchCase extends Located {
	/** Names that the pattern binds. */
	readonly captures: readonly Identifier[];
	/** Dotted names and classes that the pattern reads. */
	readonly reads: readonly Expression[];
	readonly guard: Expression | null;
	/** True for `case _:` and a bare name. */
	readonly irrefutable: boolean;
	readonly body: readonly Statement[];
}

export interface Match extends Located {
	readonly type: "Match";
	readonly subject: Expression;
	readonly cases: readonly MatchCase[];
}

export interface Raise extends Located {
	readonly type: "Raise";
	readonly exception: Expression | null;
	readonly cause: Expression | null;
}

export interface ExceptHandler extends Located {
	readonly exception: Expression | null;
	readonly name: Identifier | null;
	readonly body: readonly Statement[];
}

export interface Try extends Located {
	readonly type: "Try";
	readonly body: readonly Statement[];
	readonly handlers: readonly ExceptHandler[];
	readonly orelse: readonly Statement[];
	readonly finalbody: readonly Statement[];
}

export interface Assert extends Located {
	readonly type: "Assert";
	readonly test: Expression;
	readonly message: Expression | null;
}

/** `a.b as c`; for `import`, `name` is dotted. */
export interface Alias extends Located {
	readonly name: Identifier;
	readonly asName: Identifier | null;
}

export interface Import extends Located {
	readonly type: "Import";
	readonly names: readonly Alias[];
}

export interface ImportFrom extends Located {
	readonly type: "ImportFrom";
	/** Number of leading dots. */
	readonly level: number;
	/** Dotted name after the dots; `""` in `from . import x`. */
	readonly module: string;
	/** Covers dots and name. */
	readonly moduleRange: Located;
	readonly names: readonly Alias[];
	readonly star: boolean;
}

export interface Global extends Located {
	readonly type: "Global";
	readonly names: readonly Identifier[];
}

export interface Nonlocal extends Located {
	readonly type: "Nonlocal";
	readonly names: readonly Identifier[];
}

export interface ExpressionStatement extends Located {
	readonly type: "ExpressionStatement";
	readonly value: Expression;
}

export interface Pass extends Located {
	readonly type: "Pass";
}

export interface Break extends Located {
	readonly type: "Break";
}

export interface Continue extends Located {
	readonly type: "Continue";
}

export type Expression =
	| Name
	| Constant
	| JoinedString
	| Attribute
	| Subscript
	| Slice
	| Call
	| BoolOp
	| BinOp
	| UnaryOp
	| Compare
	| IfExp
	| Lambda
	| NamedExpr
	| Await
	| Yield
	| Starred
	| Sequence
	| Dict
	| Comprehension
	| InvalidExpression;

export interface Name extends Located {
	readonly type: "Name";
	readonly id: string;
}

/** A literal. Adjacent strings are one constant; bytes have `value: null` and `literal: "bytes"`. */
export interface Constant extends Located {
	readonly type: "Constant";
	readonly literal: "string" | "bytes" | "number" | "boolean" | "none" | "ellipsis";
	/** Strings decoded; integers beyond 2^53 are bigints; complex numbers NaN. */
	readonly value: string | number | bigint | boolean | null;
	/** For one plain string token: the range of its content between the quotes. */
	readonly content: Located | null;
}

/** An f-string; `parts` are its literal texts and its expressions in order. */
export interface JoinedString extends Located {
	readonly type: "JoinedString";
	readonly parts: readonly (string | FormattedValue)[];
}

export interface FormattedValue extends Located {
	readonly value: Expression;
	/** `!r` and its like without the mark, or null. */
	readonly conversion: string | null;
	readonly hasFormat: boolean;
}

export interface Attribute extends Located {
	readonly type: "Attribute";
	readonly value: Expression;
	readonly attribute: Identifier;
}

export interface Subscript extends Located {
	readonly type: "Subscript";
	readonly value: Expression;
	/** Several subscripts are a tuple Sequence. */
	readonly index: Expression;
}

export interface Slice extends Located {
	readonly type: "Slice";
	readonly parts: readonly Expression[];
}

/** `name=value`, or `**value` with a null name. */
export interface Keyword extends Located {
	readonly name: Identifier | null;
	readonly value: Expression;
}

export interface Call extends Located {
	readonly type: "Call";
	readonly callee: Expression;
	/** Positional arguments; `*x` is a Starred. */
	readonly args: readonly Expression[];
	readonly keywords: readonly Keyword[];
	/** From the opening to behind the closing parenthesis. */
	readonly argumentsRange: Located;
}

export interface BoolOp extends Located {
	readonly type: "BoolOp";
	readonly operator: "and" | "or";
	readonly left: Expression;
	readonly right: Expression;
}

export interface BinOp extends Located {
	readonly type: "BinOp";
	readonly operator: string;
	readonly left: Expression;
	readonly right: Expression;
}

export interface UnaryOp extends Located {
	readonly type: "UnaryOp";
	readonly operator: "not" | "-" | "+" | "~";
	readonly operand: Expression;
}

export interface Compare extends Located {
	readonly type: "Compare";
	/** One fewer than operands; `not in`, `is not` with one blank. */
	readonly operators: readonly string[];
	readonly operands: readonly Expression[];
}

export interface IfExp extends Located {
	readonly type: "IfExp";
	readonly test: Expression;
	readonly body: Expression;
	readonly orelse: Expression;
}

export interface Lambda extends Located {
	readonly type: "Lambda";
	readonly parameters: readonly Parameter[];
	readonly body: Expression;
}

export interface NamedExpr extends Located {
	readonly type: "NamedExpr";
	readonly target: Identifier;
	readonly value: Expression;
}

export interface Await extends Located {
	readonly type: "Await";
	readonly value: Expression;
}

export interface Yield extends Located {
	readonly type: "Yield";
	readonly from: boolean;
	readonly value: Expression | null;
}

export interface Starred extends Located {
	readonly type: "Starred";
	readonly value: Expression;
}

/** A list, tuple or set display, as a value or as a target. */
export interface Sequence extends Located {
	readonly type: "Sequence";
	readonly kind: "list" | "tuple" | "set";
	readonly items: readonly Expression[];
}

export interface DictEntry {
	/** Null for `**value`. */
	readonly key: Expression | null;
	readonly value: Expression;
}

export interface Dict extends Located {
	readonly type: "Dict";
	readonly entries: readonly DictEntry[];
}

export interface ComprehensionClause {
	readonly isAsync: boolean;
	readonly target: Expression;
	readonly iterable: Expression;
	readonly conditions: readonly Expression[];
}

export interface Comprehension extends Located {
	readonly type: "Comprehension";
	readonly kind: "list" | "set" | "dict" | "generator";
	/** For a dict the value; its key is in `key`. */
	readonly element: Expression;
	readonly key: Expression | null;
	readonly clauses: readonly ComprehensionClause[];
}

/** Text the parser could not make sense of where an expression belongs. */
export interface InvalidExpression extends Located {
	readonly type: "InvalidExpression";
}

/** Any node that has a place in the text. */
export type Node =
	| Module
	| Statement
	| Expression
	| Parameter
	| Alias
	| Keyword
	| Identifier
	| ExceptHandler
	| MatchCase
	| WithItem;

/** Any node that says its type. */
export type TypedNode = Module | Statement | Expression;
