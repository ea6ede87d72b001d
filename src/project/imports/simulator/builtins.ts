/** Base classes of the built-in exceptions that matter to import time (https://docs.python.org/3/library/exceptions.html#exception-hierarchy). */
const parents: Readonly<Record<string, string>> = {
	ModuleNotFoundError: "ImportError",
	ImportError: "Exception",
	NameError: "Exception",
	UnboundLocalError: "NameError",
	AttributeError: "Exception",
	SyntaxError: "Exception",
	IndentationError: "SyntaxError",
	TabError: "IndentationError",
	KeyError: "LookupError",
	IndexError: "LookupError",
	LookupError: "Exception",
	TypeError: "Exception",
	ValueError: "Exception",
	UnicodeDecodeError: "ValueError",
	RuntimeError: "Exception",
	NotImplementedError: "RuntimeError",
	RecursionError: "RuntimeError",
	AssertionError: "Exception",
	ArithmeticError: "Exception",
	ZeroDivisionError: "ArithmeticError",
	OSError: "Exception",
	FileNotFoundError: "OSError",
	PermissionError: "OSError",
	Exception: "BaseException",
	SystemExit: "BaseException",
	KeyboardInterrupt: "BaseException",
};

/** Base classes of the exceptions of libraries that what we follow raises, by the last part of their names. */
const libraryParents: Readonly<Record<string, string>> = {
	JSONDecodeError: "ValueError",
	ZoneInfoNotFoundError: "KeyError",
	PackageNotFoundError: "ModuleNotFoundError",
	UnknownTimeZoneError: "KeyError",
	InvalidOperation: "ArithmeticError",
	ValidationError: "ValueError",
	SettingsError: "ValueError",
};

/**
 * Is `name` the exception `ancestor` or one of its subclasses? False for exceptions we do not know. `library:` stands before the name of an
 * ancestor that is a library's; it may be known by several ways, of which the last part is the same.
 */
export function isException(name: string, ancestor: string): boolean {
	const isOfLibrary = ancestor.startsWith("library:");
	const lastOfAncestor = ancestor.slice(Math.max(ancestor.lastIndexOf("."), ancestor.lastIndexOf(":")) + 1);
	for (let current: string | undefined = name; current !== undefined; current = parents[current] ?? libraryParents[current]) {
		const last: string = current.slice(current.lastIndexOf(".") + 1);
		if (current === ancestor || (isOfLibrary && last === lastOfAncestor)) return true;
		current = last;
	}
	// An unknown exception class is at least an Exception, like all that libraries define.
	return !(name in parents) && (ancestor === "Exception" || ancestor === "BaseException");
}

/** Is this the name of a built-in exception we know the place of? */
export function isBuiltinException(name: string): boolean {
	return name in parents || name === "BaseException";
}

/** Names of the `builtins` module common to Python 3.8 – 3.14 and those that came with a version (`dir(builtins)`). */
const everywhere = new Set(
	(
		"ArithmeticError AssertionError AttributeError BaseException BlockingIOError BrokenPipeError BufferError BytesWarning ChildProcessError " +
		"ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError Ellipsis EnvironmentError " +
		"Exception False FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError ImportError ImportWarning " +
		"IndentationError IndexError InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError " +
		"NameError None NotADirectoryError NotImplemented NotImplementedError OSError OverflowError PendingDeprecationWarning PermissionError " +
		"ProcessLookupError RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError " +
		"SyntaxWarning SystemError SystemExit TabError TimeoutError True TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError " +
		"UnicodeError UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning ZeroDivisionError __build_class__ __debug__ __doc__ " +
		"__import__ __loader__ __name__ __package__ __spec__ abs all any ascii bin bool breakpoint bytearray bytes callable chr classmethod " +
		"compile complex copyright credits delattr dict dir divmod enumerate eval exec exit filter float format frozenset getattr globals hasattr " +
		"hash help hex id input int isinstance issubclass iter len license list locals map max memoryview min next object oct open ord pow print " +
		"property quit range repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip"
	).split(" "),
);

const since: Readonly<Record<string, number>> = {
	aiter: 10,
	anext: 10,
	EncodingWarning: 10,
	BaseExceptionGroup: 11,
	ExceptionGroup: 11,
	PythonFinalizationError: 13,
};

/** Is the name in `builtins` of Python 3.`minor`? */
export function isBuiltin(name: string, minor: number): boolean {
	if (everywhere.has(name)) return true;
	const from = since[name];
	return from !== undefined && minor >= from;
}

/** All names of `builtins` of Python 3.`minor`. */
export function builtinNames(minor: number): readonly string[] {
	return [...everywhere, ...Object.keys(since).filter((name) => minor >= (since[name] ?? 0))];
}

/** Names that every module has before its first statement. */
export const moduleAttributes: ReadonlySet<string> = new Set([
	"__name__",
	"__file__",
	"__doc__",
	"__package__",
	"__loader__",
	"__spec__",
	"__builtins__",
	"__cached__",
	"__dict__",
	"__annotations__",
]);

/**
 * Top-level standard modules that `uvicorn` has imported before it imports the application, on every supported version: a file of
 * the project with such a name is not found, because `sys.modules` answers first. Measured from `sys.modules` of a running uvicorn.
 */
export const loadedBeforeTarget: ReadonlySet<string> = new Set(
	(
		"__future__ abc ast asyncio atexit base64 binascii bisect builtins bz2 calendar click codecs collections concurrent configparser contextlib contextvars " +
		"copy copyreg datetime dis email enum errno fnmatch functools genericpath gettext heapq http importlib inspect io ipaddress itertools json " +
		"keyword linecache locale logging lzma marshal math multiprocessing opcode operator os pathlib pickle platform posix posixpath queue quopri " +
		"random re reprlib select selectors shutil signal site socket socketserver ssl stat string struct subprocess sys tempfile textwrap threading time token " +
		"tokenize traceback types typing urllib uuid uvicorn warnings weakref zipimport zlib"
	).split(" "),
);

const builtinFunctions = new Set(
	"any all callable id input iter len max min next open print sorted sum".split(" ").map((name) => `builtins.${name}`),
);

/** Is this a built-in function that is now and then taken for a type (`any`, `callable`)? */
export function isBuiltinFunction(canonical: string): boolean {
	return builtinFunctions.has(canonical);
}
