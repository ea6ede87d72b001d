import { expect, it } from "vitest";
import { auditBackend } from "../../../rules/audit-backend.ts";

const backend = (dispatch: string, extra = "") => `#- requirements.txt
fastapi
uvicorn
#- main.py
from fastapi import FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI()
client = None


class Guard(BaseHTTPMiddleware):
    def __init__(self, app, prefix: str) -> None:
        super().__init__(app)
        self.prefix = prefix

    async def dispatch(self, request: Request, call_next):
        ${dispatch}
        return await call_next(request)


app.add_middleware(Guard, prefix="x-")
${extra}`;

it.each([
	["undefined-name", "began = time.time()", "NameError: name 'time' is not defined"],
	["missing-attribute", "name = self.prefx", "AttributeError: 'Guard' object has no attribute 'prefx'"],
	["startup-exception", "limit = int('many')", "ValueError: invalid literal for int() with base 10: 'many'"],
])("finds what every request meets in a middleware: %s of %s", (rule, line, error) => {
	const [issue] = auditBackend(rule, backend(line));
	expect(issue).toMatchObject({ severity: "CRITICAL", stage: "request", expectedError: error });
});

it.each([
	"request.state.user = request.headers.get('x-user')",
	"app_of_server = self.app",
	"if request.url.path == '/healthz': return await call_next(request)\n        print(undefined)",
	"if client is None: raise RuntimeError('not connected')",
])("says nothing of %s", (line) => {
	for (const rule of ["undefined-name", "missing-attribute", "startup-exception"])
		expect(auditBackend(rule, backend(line))).toEqual([]);
});

it("follows an ASGI middleware for HTTP requests", () => {
	const asgi = (line: string) => `#- requirements.txt
fastapi
uvicorn
#- main.py
from fastapi import FastAPI

app = FastAPI()


class Count:
    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        ${line}
        await self.app(scope, receive, send)


app.add_middleware(Count)
`;
	const [issue] = auditBackend("undefined-name", asgi("counter.inc()"));
	expect(issue?.expectedError).toBe("NameError: name 'counter' is not defined");
	expect(auditBackend("missing-attribute", asgi("method = scope['method']"))).toEqual([]);
});
