import { expect, test } from "vitest";
import { auditBackend, mendedFiles } from "../audit-backend.ts";

const backend = (body: string, session = "Session(engine)") => `#- requirements.txt
fastapi
uvicorn
sqlalchemy>=2
#- main.py
from fastapi import FastAPI
from sqlalchemy import ForeignKey, create_engine, func, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

engine = create_engine("sqlite:///app.db")
SessionLocal = sessionmaker(bind=engine)
app = FastAPI()


class Base(DeclarativeBase):
    pass


class Tag(Base):
    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Label(Base):
    __tablename__ = "labels"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


def seed(session):
${body}

Base.metadata.create_all(engine)
with ${session} as opened:
    seed(opened)
`;

const severities = (body: string, session?: string) =>
	auditBackend("unknown-model-argument", backend(body, session)).map(({ severity }) => severity);

test.each([
	["the first row", "    if session.execute(select(Tag).where(Tag.id == 1)).scalar_one_or_none() is None:"],
	["scalars", "    tag = session.scalars(select(Tag)).first()\n    if not tag:"],
	["a row by its key", "    if session.get(Tag, 1) is None:"],
	["all rows of a column", "    known = {name for (name,) in session.query(Tag.name).all()}\n    if 'news' not in known:"],
	["a count", "    if session.scalar(select(func.count()).select_from(Tag)) == 0:"],
	["a count of a query", "    if not session.query(Tag).count():"],
])("follows what seeding does where %s is not there yet", (_, condition) => {
	expect(severities(`${condition}\n        session.add(Tag(nmae="news"))\n`)).toEqual(["CRITICAL"]);
	expect(severities(`${condition}\n        session.add(Tag(nmae="news"))\n`, "SessionLocal()")).toEqual(["CRITICAL"]);
});

test.each([
	["an object of the class was made before", "    session.add(Tag(name='first'))\n    session.commit()\n"],
	["a constructor of its own library made one", "    session.add(Tag.model_validate({'name': 'first'}))\n"],
	["what is not seen was added", "    session.add(app.state.first)\n"],
	["SQL put rows in", "    session.execute(text(\"INSERT INTO tags (name) VALUES ('first')\"))\n"],
])("does not know the rows once %s", (_, before) => {
	const seeding = `${before}    if session.scalars(select(Tag)).first() is None:\n        session.add(Tag(nmae="news"))\n`;
	expect(severities(seeding)).not.toContain("CRITICAL");
});

test("knows that another table is still empty", () => {
	const seeding = `    session.add(Label(text="a"))\n    if session.scalars(select(Tag)).first() is None:\n        session.add(Tag(nmae="news"))\n`;
	expect(severities(seeding)).toEqual(["CRITICAL"]);
});

test("knows the columns that a table takes over from the table above it", () => {
	const heirs = (argument: string) => `    class Special(Tag):
        __tablename__ = "specials"
        id: Mapped[int] = mapped_column(ForeignKey("tags.id"), primary_key=True)

    Special(${argument}="a")
`;
	expect(severities(heirs("name"))).toEqual([]);
	expect(severities(heirs("nmae"))).toEqual(["CRITICAL"]);
});

test("names the place where an argument got its name before it was handed on", () => {
	const handedOn = `    def add(model, **values):
        return model(**values)

    add(Tag, nmae="news")
    for values in [{"nmae": "old"}]:
        add(Tag, **values)
`;
	const mended = mendedFiles("unknown-model-argument", backend(handedOn))["main.py"];
	expect(mended).toContain('add(Tag, name="news")');
	expect(mended).toContain('[{"name": "old"}]');
});

test("knows that a mapped class has no column of that name", () => {
	const missing = (name: string, before = "") =>
		auditBackend(
			"missing-attribute",
			backend(`${before}    session.scalars(select(Tag).where(Tag.${name} == "a")).first()\n`),
		).map(({ expectedError }) => expectedError);
	expect(missing("nmae")).toEqual(["AttributeError: type object 'Tag' has no attribute 'nmae'"]);
	for (const name of ["name", "metadata", "__table__"]) expect(missing(name)).toEqual([]);
	expect(
		missing(
			"labels",
			'    class Owner(Base):\n        __tablename__ = "owners"\n        tags = relationship("Tag", backref="labels")\n\n',
		),
	).toEqual([]);
});
