import { expect, it } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const rule = "fragile-import-cycle";
const head = "#- requirements.txt\nfastapi\nuvicorn\n#- app/__init__.py\n#- app/main.py\nfrom fastapi import FastAPI\n\n";

it("names the module that fails when it is imported first, with the circle", () => {
	const backend = `${head}from app.accounts import Account
from app.orders import place

app = FastAPI(title=Account.__name__)
app.post("/orders")(place)
#- app/accounts.py
class Account: ...


from app.orders import place


def buy() -> None:
    place()
#- app/orders.py
from app.accounts import Account


def place() -> None:
    Account()
`;
	const issues = auditBackend(rule, backend);
	expect(issues.map(({ severity }) => severity)).toEqual(["MEDIUM"]);
	expect(issues[0]?.problem).toBe("Importing app.orders first fails: place is asked of app.orders before it is there");
	expect(mendedFiles(rule, backend)["app/accounts.py"]).toContain("def buy() -> None:\n    from app.orders import place\n");
});

it("says nothing of circles that hold from every side", () => {
	const backend = `${head}import app.accounts
import app.orders

app = FastAPI(title=app.accounts.name())
#- app/accounts.py
import app.orders


def name() -> str:
    return app.orders.label()
#- app/orders.py
import app.accounts


def label() -> str:
    return app.accounts.__name__
`;
	expect(auditBackend(rule, backend)).toEqual([]);
});

it("leaves a circle that fails from the target to the rule for those", () => {
	const backend = `${head}from app.accounts import Account

app = FastAPI(title=Account.__name__)
#- app/accounts.py
from app.orders import place


class Account:
    order = place
#- app/orders.py
from app.accounts import Account


def place() -> None:
    Account()
`;
	expect(auditBackend(rule, backend)).toEqual([]);
	expect(auditBackend("circular-import", backend)).toHaveLength(1);
});

it("does not try what its own package imports first anyway", () => {
	const backend = `${head}from app.models import Account, Order

app = FastAPI(title=Account.__name__ + Order.__name__)
#- app/models/__init__.py
from .account import Account
from .order import Order
#- app/models/account.py
class Account: ...
#- app/models/order.py
from . import Account


class Order:
    owner = Account
`;
	expect(auditBackend(rule, backend)).toEqual([]);
});
