import type { LifespanShape } from "./lifespan-fault.ts";

/** What is said of a broken lifespan, by what is wrong with it. */
export const lifespanWords: Record<LifespanShape, (name: string) => { problem: string; rootCause: string }> = {
	value: (name) => ({
		problem: `${name} is no function that the server can call as the lifespan`,
		rootCause: "Starlette calls the lifespan with the application; the function itself must be given, not its name or a list.",
	}),
	yielded: (name) => ({
		problem: `${name} yields something that is no mapping`,
		rootCause:
			"What a lifespan yields becomes request.state, and Starlette reads it as a mapping; a bare yield hands out nothing.",
	}),
	called: (name) => ({
		problem: `The application is given the result of ${name}(…), not ${name} itself`,
		rootCause: "Starlette calls the lifespan itself when the server starts, and hands it the application.",
	}),
	"sync-decorator": (name) => ({
		problem: `${name} is decorated with contextmanager`,
		rootCause: "Starlette enters the lifespan with `async with`, and what contextmanager gives can only be entered with `with`.",
	}),
	undecorated: (name) => ({
		problem: `${name} is no context manager`,
		rootCause:
			"Only FastAPI(lifespan=…) wraps a bare generator function; what is assigned to router.lifespan_context is entered as it is.",
	}),
	parameters: (name) => ({
		problem: `${name} cannot be called with the application alone`,
		rootCause: "Starlette calls the lifespan with exactly one argument, the application.",
	}),
	uncalled: (name) => ({
		problem: `${name} is entered without being called`,
		rootCause: "The function makes the context manager when it is called; the function itself cannot be entered.",
	}),
	factory: (name) => ({
		problem: `${name} makes the lifespan and is handed over uncalled`,
		rootCause:
			"Starlette calls what it is given with the application and enters the result, which is then the lifespan function itself.",
	}),
	"no-yield": (name) => ({
		problem: `${name} never yields`,
		rootCause: "A lifespan is a generator: what stands before its yield runs at the start, what follows at the end.",
	}),
	class: (name) => ({
		problem: `Objects of ${name} cannot be entered with async with`,
		rootCause:
			"Starlette calls the class with the application and enters the object with `async with`, which needs coroutine methods __aenter__ and __aexit__.",
	}),
	"not-async": (name) => ({
		problem: `${name} is a plain def under asynccontextmanager`,
		rootCause: "asynccontextmanager wraps asynchronous generators; a def that is not async gives an ordinary one.",
	}),
};

/** What its fix is called. */
export const lifespanTitles: Record<LifespanShape, (name: string) => string> = {
	value: () => "Pass the function itself",
	yielded: (name) => `Yield nothing in ${name}`,
	called: (name) => `Pass ${name} without calling it`,
	"sync-decorator": (name) => `Decorate ${name} with asynccontextmanager`,
	undecorated: (name) => `Decorate ${name} with asynccontextmanager`,
	parameters: (name) => `Give ${name} the parameter app`,
	uncalled: (name) => `Call ${name}`,
	factory: (name) => `Call ${name}`,
	"no-yield": (name) => `Yield at the end of ${name}`,
	class: (name) => `Give ${name} what async with asks for`,
	"not-async": (name) => `Make ${name} an async def`,
};

/** Why its fix helps. */
export const lifespanReasons: Record<LifespanShape, string> = {
	value: "The server calls it when it starts.",
	yielded: "Nothing takes what is yielded here; the application itself is request.app.",
	called: "The server calls it when it starts.",
	"sync-decorator": "The server enters it with `async with`, which asynccontextmanager provides for.",
	undecorated: "The server enters it with `async with`, which asynccontextmanager provides for.",
	parameters: "Starlette passes the application as the first argument.",
	class: "Starlette awaits both methods: one when the server starts, the other when it stops.",
	uncalled: "What it gives is the context manager.",
	factory: "What it returns is the lifespan that the server calls.",
	"no-yield": "All of the body then runs before the server answers. Move lines that clean up below the yield.",
	"not-async": "The body may stay as it is; an async def with a yield is what asynccontextmanager wraps.",
};
